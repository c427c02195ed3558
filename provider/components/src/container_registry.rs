//! A container registry for one environment: one `registry/namespace`.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::scope::Scope;

pub(crate) struct ContainerRegistry;

impl Component for ContainerRegistry {
    fn token(&self) -> &'static str {
        "evalap/containerRegistry:ContainerRegistry"
    }

    fn label(&self) -> &'static str {
        "container-registry"
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let naming = &scope.naming;
            let usual = format!("Images of {}, {}", naming.base(), naming.environment());
            let namespace = scope
                .create(
                    "registry/namespace:Namespace",
                    "namespace",
                    object! {
                        "name": naming.name(),
                        "description": inputs.given("description").cloned().unwrap_or_else(|| Value::from(usual)),
                        "isPublic": inputs.get("isPublic"),
                        "region": inputs.get("region"),
                        "projectId": inputs.get("projectId"),
                    },
                )
                .await?;
            Ok(object! {
                "endpoint": namespace.output("endpoint"),
                "namespaceId": namespace.id(),
            })
        }
        .boxed()
    }

    fn call(&self, _: &str, state: &crate::State<'_>, arguments: &Object) -> Result<Object, Vec<crate::Problem>> {
        // A digest identifies the same image after later pushes too.
        let (mark, reference) = match arguments.given("digest") {
            Some(digest) => ("@", digest.clone()),
            None => (":", arguments.given("tag").cloned().unwrap_or_else(|| Value::from("latest"))),
        };
        let name = Value::from(arguments.get("name"));
        let image = Value::concat([state.output("endpoint"), Value::from("/"), name, Value::from(mark), reference]);
        Ok(object! { "image": image })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, State, construct};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: ContainerRegistry.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    #[tokio::test]
    async fn the_namespace_is_named_after_base_and_environment() {
        let recorder =
            Recorder::real().with_outputs("evalap-namespace", object! { "endpoint": "rg.example/evalap-dev" });
        let inputs = object! { "environment": "dev", "isPublic": false };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        let namespace = recorder.child("evalap-namespace");
        assert_eq!(namespace.inputs.text("name"), Some("evalap-dev"));
        assert_eq!(namespace.inputs["isPublic"].as_bool(), Some(false));
        assert_eq!(made.outputs.text("endpoint"), Some("rg.example/evalap-dev"));
        assert!(made.outputs["endpoint"].all_dependencies().contains("urn:evalap-namespace"));
    }

    #[tokio::test]
    async fn id_and_endpoint_are_unknown_in_a_preview() {
        let inputs = object! { "environment": "dev", "projectId": Value::UNKNOWN };
        let recorder = Recorder::preview();
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert!(made.outputs["namespaceId"].is_unknown() && made.outputs["endpoint"].is_unknown());
        assert!(recorder.child("evalap-namespace").inputs["projectId"].is_unknown());
    }

    #[test]
    fn an_image_is_named_by_tag_or_by_digest() {
        let outputs = object! { "endpoint": "rg.example/evalap" };
        let image = |arguments: Object| {
            let state = State { outputs: &outputs, is_preview: false };
            let called = ContainerRegistry.call("image", &state, &arguments).unwrap();
            called.text("image").unwrap().to_owned()
        };
        assert_eq!(image(object! { "name": "api" }), "rg.example/evalap/api:latest");
        assert_eq!(image(object! { "name": "api", "tag": "v1" }), "rg.example/evalap/api:v1");
        assert_eq!(image(object! { "name": "api", "digest": "sha256:ab" }), "rg.example/evalap/api@sha256:ab");
    }
}
