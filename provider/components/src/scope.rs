//! A component under construction: registers its parts, named after it, with what the program overrides of them.

use std::collections::BTreeSet;

use value::{Object, Value, object};

use crate::error::Error;
use crate::monitor::{Child, Monitor, Registered, Standing};
use crate::naming::Naming;

/// The input that holds the project of the provider, for what has to name one. No program can give it.
pub const PROJECT: &str = "__project";

/// The input that holds the address of Object Storage, where it is not Scaleway's. No program can give it.
pub const STORAGE: &str = "__storage";

/// The input that holds the address of the API. No program can give it.
pub const API: &str = "__api";

/// What every component inside another one is told of where it belongs.
const SHARED: [&str; 6] = ["environment", "owner", "costCentre", "tags", "region", "projectId"];

/// A component and the way to its parts.
pub struct Scope<'a> {
    monitor: &'a dyn Monitor,
    urn: String,
    name: String,
    overrides: Object,
    /// How everything it makes is named and tagged.
    pub naming: Naming,
}

/// What a part has beside its inputs.
#[derive(Clone, Debug, Default)]
pub struct Wants<'a> {
    /// Parts it waits for although no input says so.
    pub after: &'a [&'a Part],
    /// The part whose deletion deletes this one too.
    pub deleted_with: Option<&'a Part>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(monitor: &'a dyn Monitor, urn: String, name: &str, naming: Naming, inputs: &Object) -> Self {
        let overrides = inputs.get("overrides").and_then(Value::as_object).cloned().unwrap_or_default();
        Self { monitor, urn, name: name.to_owned(), overrides, naming }
    }

    /// Makes a resource. `part` is what the component calls it.
    pub async fn create(&self, token: &str, part: &str, inputs: Object) -> Result<Part, Error> {
        self.create_with(token, part, inputs, Wants::default()).await
    }

    /// Makes a resource that waits for others or goes with them.
    pub async fn create_with(&self, token: &str, part: &str, inputs: Object, wants: Wants<'_>) -> Result<Part, Error> {
        self.register(token, part, "", inputs, wants, false).await
    }

    /// Makes a component; `which` tells several that are the same part apart.
    pub async fn compose(
        &self,
        token: &str,
        part: &str,
        which: &str,
        inputs: Object,
        wants: Wants<'_>,
    ) -> Result<Part, Error> {
        self.register(token, part, which, inputs, wants, true).await
    }

    /// Makes a component (`database:Database`) that belongs where this one does; `base` is the first part of its names.
    pub(crate) async fn inside(
        &self,
        kind: &str,
        (part, which): (&str, &str),
        base: &str,
        inputs: &Object,
        own: Object,
    ) -> Result<Part, Error> {
        let mut all = object! { "name": base };
        for shared in SHARED {
            all = all.with(shared, inputs.get(shared));
        }
        all.extend(own);
        self.compose(&format!("evalap/{kind}"), part, which, all, Wants::default()).await
    }

    /// Asks a function of this package; nothing as long as an argument is not known.
    pub async fn ask(&self, token: &str, arguments: Object) -> Result<Option<Object>, Error> {
        if arguments.values().any(Value::contains_unknown) {
            return Ok(None);
        }
        self.monitor.ask(token, arguments).await
    }

    /// Files values in Secret Manager, as a JSON object in the folder of the environment; gives the secret.
    pub(crate) async fn file(&self, what: impl Into<Value>, inputs: &Object, values: Object) -> Result<Part, Error> {
        let secret = object! {
            "name": what.into(),
            "path": format!("/{}/{}", self.naming.base(), self.naming.environment()),
            "tags": self.naming.tags(),
            "region": inputs.get("region"),
            "projectId": inputs.get("projectId"),
        };
        let secret = self.create("secrets/secret:Secret", "secret", secret).await?;
        let values = Value::from(values);
        let text = Value::computed(&[&values], |known| {
            Value::from(known[0].to_json().map(|json| json.to_string()).unwrap_or_default())
        });
        let version = object! { "secretId": secret.id(), "data": text.into_secret(), "region": inputs.get("region") };
        self.create("secrets/version:Version", "version", version).await?;
        Ok(secret)
    }

    /// Makes one of several resources that are the same part; `which` tells them apart.
    pub async fn create_one(&self, token: &str, part: &str, which: &str, inputs: Object) -> Result<Part, Error> {
        self.register(token, part, which, inputs, Wants::default(), false).await
    }

    async fn register(
        &self,
        token: &str,
        part: &str,
        which: &str,
        inputs: Object,
        wants: Wants<'_>,
        is_component: bool,
    ) -> Result<Part, Error> {
        let mut name = format!("{}-{part}", self.name);
        if !which.is_empty() {
            name = format!("{name}-{which}");
        }
        let child = Child {
            token: token.to_owned(),
            name: name.clone(),
            part: part.to_owned(),
            parent: self.urn.clone(),
            is_component,
            inputs: self.overridden(part, inputs),
            depends_on: wants.after.iter().map(|part| part.urn().to_owned()).collect::<BTreeSet<_>>(),
            deleted_with: wants.deleted_with.map(|part| part.urn().to_owned()),
        };
        let registered = self.monitor.child(child).await?;
        match registered.standing {
            Standing::Failed => Err(Error::Part { name }),
            Standing::Whole | Standing::Partial => Ok(Part(registered)),
        }
    }

    /// The inputs with what the program sets itself; null takes a property away.
    fn overridden(&self, part: &str, mut inputs: Object) -> Object {
        let Some(given) = self.overrides.get(part) else { return inputs };
        for (name, value) in given.as_object().into_iter().flatten() {
            if value.is_null() {
                inputs.remove(name);
            } else {
                inputs.insert(name.clone(), value.clone().secret_if(given.is_secret()));
            }
        }
        inputs
    }
}

/// The properties of an input that is an object; each is unknown as long as the object is.
pub(crate) fn described(inputs: &Object, name: &str, properties: &[&str]) -> Object {
    match inputs.given(name) {
        Some(whole) if whole.is_unknown() => {
            properties.iter().map(|property| ((*property).to_owned(), whole.clone())).collect()
        }
        whole => whole.and_then(Value::as_object).cloned().unwrap_or_default(),
    }
}

/// The project a component works in: the one that was given, else the provider's.
pub(crate) fn project(inputs: &Object) -> Option<&Value> {
    inputs.given("projectId").or_else(|| inputs.given(PROJECT))
}

/// A part that was registered.
#[derive(Clone, Debug)]
pub struct Part(Registered);

impl Part {
    /// Its URN.
    pub fn urn(&self) -> &str {
        &self.0.urn
    }

    /// Its id.
    pub fn id(&self) -> Value {
        self.0.id.clone().depending_on([self.0.urn.clone()])
    }

    /// An output; unknown if only a real run will tell.
    pub fn output(&self, name: &str) -> Value {
        let value = match (self.0.outputs.get(name), self.0.standing) {
            (Some(value), _) => value.clone(),
            (None, Standing::Partial) => Value::UNKNOWN,
            (None, _) => Value::NULL,
        };
        value.depending_on([self.0.urn.clone()])
    }

    /// A property of an output that is an object, or a list of at most one.
    pub fn output_in(&self, name: &str, property: &str) -> Value {
        let outer = self.output(name);
        if outer.is_unknown() {
            return outer;
        }
        let object = match outer.as_array() {
            Some(items) => items.first().and_then(Value::as_object),
            None => outer.as_object(),
        };
        let inner = match object.and_then(|object| object.get(property)) {
            Some(value) => value.clone(),
            None if self.0.standing == Standing::Partial => Value::UNKNOWN,
            None => Value::NULL,
        };
        inner.secret_if(outer.is_secret()).depending_on(outer.dependencies().cloned())
    }
}
