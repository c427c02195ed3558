//! Names and tags of the resources of a component: `{base}-{environment}`, and the tags of its owner. Pure.

use value::{Object, Path, Value};

use crate::problem::Problem;

/// The inputs every component has that become a tag, each with the tag's name.
const TAGS: [(&str, &str); 3] = [("environment", "environment"), ("owner", "owner"), ("costCentre", "cost-centre")];

/// The maximum length of a name, in characters, that all products of Scaleway accept.
const LONGEST: usize = 50;

/// Names and tags of one component.
#[derive(Clone, Debug)]
pub struct Naming {
    base: String,
    component: String,
    inputs: Object,
}

impl Naming {
    /// The naming of a component with this logical name; its input `name` takes precedence.
    pub(crate) fn new(logical_name: &str, component: &str, inputs: &Object) -> Self {
        let base = inputs.text("name").filter(|name| !name.is_empty()).unwrap_or(logical_name);
        Self { base: valid_name(base), component: component.to_owned(), inputs: inputs.clone() }
    }

    /// `{base}-{environment}`.
    pub fn name(&self) -> String {
        self.with("")
    }

    /// `{base}-{what}-{environment}`, for one of several parts of the same type.
    pub fn of(&self, what: &str) -> String {
        self.with(what)
    }

    /// The name of the environment.
    pub fn environment(&self) -> &str {
        self.inputs.text("environment").unwrap_or_default()
    }

    /// The base without the environment.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The tags for products with a list of strings: `environment=dev`.
    pub fn tags(&self) -> Value {
        let own = Value::from(self.inputs.get("tags"));
        if own.is_unknown() {
            return own;
        }
        let tags = self.pairs().into_iter().map(|(name, value)| Value::concat([Value::from(name + "="), value]));
        Value::from(tags.collect::<Vec<_>>())
    }

    /// The tags for products with a map.
    pub fn tag_map(&self) -> Value {
        let own = Value::from(self.inputs.get("tags"));
        if own.is_unknown() { own } else { Value::from(self.pairs().into_iter().collect::<Object>()) }
    }

    fn with(&self, what: &str) -> String {
        let parts = [self.base.as_str(), what, self.environment()];
        valid_name(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
    }

    fn pairs(&self) -> Vec<(String, Value)> {
        let mut pairs: Vec<(String, Value)> = TAGS
            .iter()
            .filter_map(|(input, tag)| Some(((*tag).to_owned(), self.inputs.given(input)?.clone())))
            .collect();
        pairs.push(("component".to_owned(), Value::from(self.component.as_str())));
        pairs.push(("managed-by".to_owned(), Value::from("pulumi")));
        for (tag, value) in self.inputs.get("tags").and_then(Value::as_object).into_iter().flatten() {
            // The tags of the program take precedence.
            pairs.retain(|(name, _)| name != tag);
            pairs.push((tag.clone(), value.clone()));
        }
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        pairs
    }

    /// The problems of the name.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let given = self.inputs.text("name");
        let name = self.name();
        let source = if given.is_some() { "the name" } else { "the logical name (`name` is not set)" };
        let mut problems = Vec::new();
        if !is_name(&self.base) {
            problems.push(Problem::new(
                Path::root("name"),
                format!(
                    "{source} becomes \"{}\", but must start with a lower-case letter and contain only lower-case letters, \
                     digits and dashes: set `name`, such as \"evalap\"",
                    self.base
                ),
            ));
        } else if name.len() > LONGEST {
            let reason = format!(
                "the name \"{name}\" has {} characters, but the maximum is {LONGEST}: set a shorter `name`",
                name.len()
            );
            problems.push(Problem::new(Path::root("name"), reason));
        }
        problems
    }
}

/// The form that Scaleway's products accept: lower case, no underscores.
fn valid_name(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// The problems of the names of the objects in a list: each must be a valid name, and they must be unique.
pub(crate) fn wrong_names(inputs: &Object, list: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, one) in inputs.objects(list) {
        let path = Path::root(list).index(index).name("name");
        let name = one.text("name").unwrap_or_default();
        if !is_name(name) {
            let reason = format!(
                "\"{name}\" must start with a lower-case letter and contain only lower-case letters, digits and dashes"
            );
            problems.push(Problem::new(path, reason));
        } else if inputs.objects(list).any(|(other, before)| other < index && before.text("name") == Some(name)) {
            problems.push(Problem::new(path, format!("\"{name}\" is not unique: use each name once")));
        }
    }
    problems
}

/// Whether a string matches `^[a-z][a-z0-9-]*$`.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use value::object;

    use super::*;

    #[test]
    fn a_name_is_base_and_environment_in_lower_case_without_underscores() {
        let naming = Naming::new("Eval_AP", "database", &object! { "environment": "production" });
        assert_eq!(naming.name(), "eval-ap-production");
        assert_eq!(naming.of("logs"), "eval-ap-logs-production");
        let named = Naming::new("x", "database", &object! { "environment": "dev", "name": "evalap" });
        assert_eq!(named.name(), "evalap-dev");
    }

    #[test]
    fn tags_of_the_program_take_precedence_over_those_of_the_component() {
        let own = object! { "component": "api", "team": "data" };
        let inputs = object! { "environment": "dev", "costCentre": "42", "tags": own };
        let tags = Naming::new("x", "database", &inputs).tags();
        let strings: Vec<&str> = tags.as_array().unwrap_or_default().iter().filter_map(Value::as_str).collect();
        assert_eq!(strings, ["component=api", "cost-centre=42", "environment=dev", "managed-by=pulumi", "team=data"]);
    }

    #[test]
    fn an_invalid_name_is_a_problem_with_a_suggestion() {
        let problems = Naming::new("1st try", "database", &object! { "environment": "dev" }).problems();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].reason.contains("\"1st try\"") && problems[0].reason.contains("set `name`"));
    }
}
