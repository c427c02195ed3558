//! Unknown and secret values at any place of a program: they stay unknown or secret, and cause no errors.

use std::sync::Arc;

use catalog::{Catalog, Resource};
use rules::{Autonaming, CheckRequest, Checked, DiffRequest, check, diff, preview_create, secret_reference};
use tests::case::{Action, Case};
use tests::run::{self, Outcome};
use tests::stage::{self, ProgressLog};
use value::{Data, Object, Value};

/// Violations when one value in the program of a create case is unknown or secret.
pub(crate) async fn violations(catalog: &Arc<Catalog>, token: &str, case: &Case, outcome: &Outcome) -> Vec<String> {
    if case.action() != Action::Create || !outcome.failures.is_empty() || outcome.error.is_some() {
        return Vec::new();
    }
    let resource = run::resource(catalog, token);
    let program = stage::object(&case.program());
    let mut wrong = Vec::new();
    for place in places(&program) {
        wrong.extend(with_unknown(resource, case, &program, &place));
        wrong.extend(with_secret(catalog, resource, case, &program, &place).await);
    }
    wrong
}

/// An unknown value satisfies every check, is a change, and is unknown in the preview.
fn with_unknown(resource: &Resource, case: &Case, program: &Object, place: &[Step]) -> Vec<String> {
    let (here, top) = (written(place), top(place));
    let news = replaced(program, place, &|_| Value::UNKNOWN);
    let checked = checked(resource, case, &news);
    let mut wrong: Vec<String> =
        checked.failures.iter().map(|failure| format!("rejected when `{here}` is unknown: {failure:?}")).collect();
    let property = &resource.properties[top];
    if !checked.inputs.get(top).is_some_and(Value::contains_unknown) {
        wrong.push(format!("`{here}` is not unknown after the check"));
    }
    let preview = preview_create(resource, &checked.inputs, &stage::defaults());
    if !property.write_only && !preview.get(top).is_none_or(Value::contains_unknown) {
        wrong.push(format!("`{here}` is unknown, but known in the preview"));
    }
    let known = self::checked(resource, case, program).inputs;
    let request = DiffRequest {
        olds: &known,
        old_inputs: &known,
        news: &checked.inputs,
        ignore_changes: &[],
        now: stage::today(),
    };
    let changes = diff(resource, &request);
    // An input that is used only at creation is not a change later.
    if !property.write_only && !property.create_only && !changes.properties().any(|name| name == top) {
        wrong.push(format!("`{here}` is unknown, but the diff shows no change"));
    }
    wrong
}

/// A secret value is secret in the inputs, in the preview, and in the state.
async fn with_secret(
    catalog: &Arc<Catalog>,
    resource: &Resource,
    case: &Case,
    program: &Object,
    place: &[Step],
) -> Vec<String> {
    let (here, top) = (written(place), top(place));
    let news = replaced(program, place, &|value| value.clone().into_secret());
    let inputs = checked(resource, case, &news).inputs;
    let preview = preview_create(resource, &inputs, &stage::defaults());
    let engine = stage::engine(catalog, Arc::new(stage::scripted(&case.calls)));
    let progress = ProgressLog::default();
    let token = format!("evalap-scaleway:{}", resource.token);
    let created = engine.create(progress.operation(&token, &case.name), &inputs).await;
    let state = created.map(|created| created.state).unwrap_or_default();
    let lost = |(what, bag): (&str, &Object)| {
        let value = bag.get(top)?;
        // A value that the API returns instead is not from the program.
        (!value.contains_secret() && !is_empty(value) && !secret_reference::is_in(value))
            .then(|| format!("`{here}` is secret, but not in the {what}"))
    };
    [("inputs", &inputs), ("preview", &preview), ("state", &state)].into_iter().filter_map(lost).collect()
}

fn checked(resource: &Resource, case: &Case, news: &Object) -> Checked {
    let (olds, seed) = (&Object::new(), b"a case");
    let autonaming = Autonaming::Propose(format!("{}-0000000", case.name));
    check(resource, &CheckRequest { name: &case.name, olds, news, seed, autonaming }, &stage::defaults())
}

fn is_empty(value: &Value) -> bool {
    match value.data() {
        Data::Null => true,
        Data::Array(items) => items.is_empty(),
        Data::Object(object) => object.is_empty(),
        _ => false,
    }
}

#[derive(Clone)]
enum Step {
    Name(String),
    Index(usize),
}

/// The place of every value of a program, at any depth.
fn places(program: &Object) -> Vec<Vec<Step>> {
    fn below(value: &Value, here: &[Step], found: &mut Vec<Vec<Step>>) {
        let mut step = |step: Step, inner: &Value| {
            let there: Vec<Step> = here.iter().cloned().chain([step]).collect();
            found.push(there.clone());
            below(inner, &there, found);
        };
        match value.data() {
            Data::Object(object) => object.iter().for_each(|(name, inner)| step(Step::Name(name.clone()), inner)),
            Data::Array(items) => items.iter().enumerate().for_each(|(index, inner)| step(Step::Index(index), inner)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    below(&Value::from(program.clone()), &[], &mut found);
    found
}

/// A program with another value at one place.
fn replaced(program: &Object, place: &[Step], with: &impl Fn(&Value) -> Value) -> Object {
    fn at(value: &Value, place: &[Step], with: &impl Fn(&Value) -> Value) -> Value {
        let Some((first, rest)) = place.split_first() else { return with(value) };
        match (first, value.data()) {
            (Step::Name(name), Data::Object(object)) => {
                let mut object = object.clone();
                if let Some(inner) = object.get_mut(name) {
                    *inner = at(inner, rest, with);
                }
                Value::from(object)
            }
            (Step::Index(index), Data::Array(items)) => {
                let item = |(position, inner): (usize, &Value)| {
                    if position == *index { at(inner, rest, with) } else { inner.clone() }
                };
                Value::from(items.iter().enumerate().map(item).collect::<Vec<_>>())
            }
            _ => value.clone(),
        }
    }
    at(&Value::from(program.clone()), place, with).as_object().cloned().unwrap_or_default()
}

fn top(place: &[Step]) -> &str {
    match place.first() {
        Some(Step::Name(name)) => name,
        _ => "",
    }
}

fn written(place: &[Step]) -> String {
    let words = place.iter().map(|step| match step {
        Step::Name(name) => name.clone(),
        Step::Index(index) => format!("[{index}]"),
    });
    words.collect::<Vec<_>>().join(".")
}
