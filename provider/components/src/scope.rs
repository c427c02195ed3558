//! The scope of a component under construction: registers its parts, with the overrides of the program.

use std::collections::BTreeSet;

use value::{Object, Value, object};

use crate::error::Error;
use crate::monitor::{Child, Monitor, OutputState, Registered};
use crate::naming::Naming;

/// The input with the project of the provider, for parts that need one. Programs cannot set it.
pub const PROJECT: &str = "__project";

/// The input with the endpoint of Object Storage, if it is not Scaleway's. Programs cannot set it.
pub const STORAGE: &str = "__storage";

/// The input with the URL of the API. Programs cannot set it.
pub const API: &str = "__api";

/// The inputs that a component passes to the components inside of it.
const SHARED: [&str; 6] = ["environment", "owner", "costCentre", "tags", "region", "projectId"];

/// A component under construction.
pub struct Scope<'a> {
    monitor: &'a dyn Monitor,
    urn: String,
    name: String,
    overrides: Object,
    /// Names and tags of its resources.
    pub naming: Naming,
}

/// Options of a part.
#[derive(Clone, Debug, Default)]
pub struct PartOptions<'a> {
    /// Parts that it depends on without an input from them.
    pub after: &'a [&'a Part],
    /// The part whose deletion also deletes this part.
    pub deleted_with: Option<&'a Part>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(monitor: &'a dyn Monitor, urn: String, name: &str, naming: Naming, inputs: &Object) -> Self {
        let overrides = inputs.get("overrides").and_then(Value::as_object).cloned().unwrap_or_default();
        Self { monitor, urn, name: name.to_owned(), overrides, naming }
    }

    /// Registers a resource. `part` is its name in the component.
    pub async fn create(&self, token: &str, part: &str, inputs: Object) -> Result<Part, Error> {
        self.create_with(token, part, inputs, PartOptions::default()).await
    }

    /// Registers a resource with options.
    pub async fn create_with(
        &self,
        token: &str,
        part: &str,
        inputs: Object,
        options: PartOptions<'_>,
    ) -> Result<Part, Error> {
        self.register(token, part, "", inputs, options, false).await
    }

    /// Registers a component; `which` distinguishes several instances of one part.
    pub async fn compose(
        &self,
        token: &str,
        part: &str,
        which: &str,
        inputs: Object,
        options: PartOptions<'_>,
    ) -> Result<Part, Error> {
        self.register(token, part, which, inputs, options, true).await
    }

    /// Registers a component (`database:Database`) with the shared inputs of this one; `base` is the first part of its names.
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
        self.compose(&format!("evalap/{kind}"), part, which, all, PartOptions::default()).await
    }

    /// Invokes a function of this package; `None` while an argument is unknown.
    pub async fn invoke(&self, token: &str, arguments: Object) -> Result<Option<Object>, Error> {
        if arguments.values().any(Value::contains_unknown) {
            return Ok(None);
        }
        self.monitor.invoke(token, arguments).await
    }

    /// Stores values in Secret Manager, as a JSON object in the folder of the environment. Returns the secret.
    pub(crate) async fn store_secret(
        &self,
        what: impl Into<Value>,
        inputs: &Object,
        values: Object,
    ) -> Result<Part, Error> {
        let secret = object! {
            "name": what.into(),
            "path": format!("/{}/{}", self.naming.base(), self.naming.environment()),
            "tags": self.naming.tags(),
            "region": inputs.get("region"),
            "projectId": inputs.get("projectId"),
        };
        let secret = self.create("secrets/secret:Secret", "secret", secret).await?;
        let values = Value::from(values);
        let json = Value::computed(&[&values], |known| {
            Value::from(known[0].to_json().map(|json| json.to_string()).unwrap_or_default())
        });
        let version = object! { "secretId": secret.id(), "data": json.into_secret(), "region": inputs.get("region") };
        self.create("secrets/version:Version", "version", version).await?;
        Ok(secret)
    }

    /// Registers one of several resources of a part; `which` distinguishes them.
    pub async fn create_one(&self, token: &str, part: &str, which: &str, inputs: Object) -> Result<Part, Error> {
        self.register(token, part, which, inputs, PartOptions::default(), false).await
    }

    async fn register(
        &self,
        token: &str,
        part: &str,
        which: &str,
        inputs: Object,
        options: PartOptions<'_>,
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
            depends_on: options.after.iter().map(|part| part.urn().to_owned()).collect::<BTreeSet<_>>(),
            deleted_with: options.deleted_with.map(|part| part.urn().to_owned()),
        };
        let registered = self.monitor.child(child).await?;
        match registered.output_state {
            OutputState::Failed => Err(Error::Part { name }),
            OutputState::Complete | OutputState::Partial => Ok(Part(registered)),
        }
    }

    /// The inputs with the overrides of the program; null removes a property.
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

/// The properties of an input that is an object; all are unknown while the object is unknown.
pub(crate) fn described(inputs: &Object, name: &str, properties: &[&str]) -> Object {
    match inputs.given(name) {
        Some(whole) if whole.is_unknown() => {
            properties.iter().map(|property| ((*property).to_owned(), whole.clone())).collect()
        }
        whole => whole.and_then(Value::as_object).cloned().unwrap_or_default(),
    }
}

/// The project of a component: its input, else the project of the provider.
pub(crate) fn project(inputs: &Object) -> Option<&Value> {
    inputs.given("projectId").or_else(|| inputs.given(PROJECT))
}

/// A registered part.
#[derive(Clone, Debug)]
pub struct Part(Registered);

impl Part {
    /// Its URN.
    pub fn urn(&self) -> &str {
        &self.0.urn
    }

    /// Its ID.
    pub fn id(&self) -> Value {
        self.0.id.clone().depending_on([self.0.urn.clone()])
    }

    /// An output; unknown if only an update returns it.
    pub fn output(&self, name: &str) -> Value {
        let value = match (self.0.outputs.get(name), self.0.output_state) {
            (Some(value), _) => value.clone(),
            (None, OutputState::Partial) => Value::UNKNOWN,
            (None, _) => Value::NULL,
        };
        value.depending_on([self.0.urn.clone()])
    }

    /// A property of an output that is an object, or a list with at most one element.
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
            None if self.0.output_state == OutputState::Partial => Value::UNKNOWN,
            None => Value::NULL,
        };
        inner.secret_if(outer.is_secret()).depending_on(outer.dependencies().cloned())
    }
}
