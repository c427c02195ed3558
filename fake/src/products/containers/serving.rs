//! The responses of a container: its revision that receives requests.
//!
//! A deployment creates a revision. The previous revision answers until the container is `ready` again, and permanently
//! if the new one does not start. Scaling is not implemented: a container that is scaled to zero answers at once. This
//! module does not find the container of a request; see [`crate::data_plane`].

use serde_json::{Value, json};

use crate::store::Object;

/// A container whose image name contains this answers each request with the status that follows: `api:answers-503`.
const ANSWERS: &str = "answers-";

/// One revision of a container, as it was deployed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revision {
    pub(crate) number: u64,
    pub(crate) image: String,
    /// The command and arguments that replace those of the image.
    command: Vec<String>,
}

/// Stores the revision that the current fields define.
pub(super) fn deploys(container: &mut Object) {
    if let Some(serving) = serving(container) {
        container.hidden.insert("serving".to_owned(), serving.to_json());
    }
    let number = container.hidden.get("revision").and_then(Value::as_u64).unwrap_or_default() + 1;
    container.hidden.insert("revision".to_owned(), json!(number));
    container.hidden.insert("next".to_owned(), Revision::of(container, number).to_json());
}

/// The revision that answers now; `None` before the first one is ready.
pub(crate) fn serving(container: &Object) -> Option<Revision> {
    let kept = |name: &str| container.hidden.get(name).and_then(Revision::read);
    if container.text("status") != "ready" {
        return kept("serving");
    }
    // A container of the seed has no deployment.
    Some(kept("next").unwrap_or_else(|| Revision::of(container, 1)))
}

/// The host name that Scaleway gave the container.
pub(crate) fn endpoint(container: &Object) -> String {
    host_of(container.text("public_endpoint"))
}

/// The host of a URL, in lower case.
fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase()
}

impl Revision {
    fn of(container: &Object, number: u64) -> Self {
        let words = ["command", "args"].into_iter().filter_map(|field| container.fields.get(field)?.as_array());
        let command = words.flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Self { number, image: container.text("image").to_owned(), command }
    }

    fn to_json(&self) -> Value {
        json!({ "number": self.number, "image": self.image, "command": self.command })
    }

    fn read(json: &Value) -> Option<Self> {
        let command = json["command"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        Some(Self {
            number: json["number"].as_u64()?,
            image: json["image"].as_str()?.to_owned(),
            command: command.collect(),
        })
    }

    /// The HTTP status in the image name (default 200).
    pub(crate) fn status(&self) -> u16 {
        let status = self.image.split_once(ANSWERS).and_then(|(_, rest)| rest.get(..3)?.parse().ok());
        status.filter(|status| (200..600).contains(status)).unwrap_or(200)
    }

    /// The host that the container forwards requests to, if it runs `caddy reverse-proxy --to https://host`.
    pub(crate) fn passes_on_to(&self) -> Option<String> {
        let is_proxy = self.command.iter().any(|word| word == "reverse-proxy");
        let to = self.command.iter().skip_while(|word| *word != "--to").nth(1)?;
        is_proxy.then(|| host_of(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::object;
    use crate::products::containers::CONTAINER;

    fn container(image: &str) -> Object {
        Object::new(&CONTAINER, "fr-par", "1", object(json!({ "image": image, "status": "creating" })))
    }

    fn serves(container: &Object) -> Option<(u64, String)> {
        serving(container).map(|revision| (revision.number, revision.image))
    }

    fn set(container: &mut Object, fields: Value) {
        container.fields.extend(object(fields));
    }

    #[test]
    fn old_revision_answers_until_the_new_one_is_ready() {
        let mut one = container("a:1");
        deploys(&mut one);
        assert_eq!(serves(&one), None);
        set(&mut one, json!({ "status": "ready" }));
        assert_eq!(serves(&one), Some((1, "a:1".to_owned())));
        set(&mut one, json!({ "image": "a:2" }));
        deploys(&mut one);
        set(&mut one, json!({ "status": "updating" }));
        assert_eq!(serves(&one), Some((1, "a:1".to_owned())));
        set(&mut one, json!({ "status": "error" }));
        assert_eq!(serves(&one), Some((1, "a:1".to_owned())), "what never starts replaces nothing");
        set(&mut one, json!({ "image": "a:3" }));
        deploys(&mut one);
        set(&mut one, json!({ "status": "ready" }));
        assert_eq!(serves(&one), Some((3, "a:3".to_owned())));
    }

    #[test]
    fn image_name_sets_the_status_and_arguments_set_the_proxy_target() {
        let revision = |image: &str, args: Value| {
            let mut one = container(image);
            set(&mut one, json!({ "command": ["caddy"], "args": args }));
            Revision::of(&one, 1)
        };
        assert_eq!(revision("api:answers-503", json!([])).status(), 503);
        assert_eq!(revision("api:answers-me", json!([])).status(), 200);
        let args =
            json!(["reverse-proxy", "--from", ":8080", "--to", "https://A.example.org:443/", "--change-host-header"]);
        assert_eq!(revision("caddy:2", args).passes_on_to().as_deref(), Some("a.example.org"));
        assert_eq!(revision("caddy:2", json!(["run", "--to", "https://a.example.org"])).passes_on_to(), None);
    }
}
