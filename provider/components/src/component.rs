//! The trait of components, and the list of all components.

use futures_util::future::BoxFuture;
use value::{Object, Value};

use crate::error::Error;
use crate::problem::Problem;
use crate::scope::Scope;

/// A component. It has no state: its parts depend only on its inputs.
pub trait Component: Sync {
    /// The token without the package (`evalap/database:Database`).
    fn token(&self) -> &'static str;

    /// Its name in tags (`database`).
    fn label(&self) -> &'static str;

    /// The problems of its inputs that its descriptor does not cover. Pure; unknown values are valid.
    fn problems(&self, _inputs: &Object) -> Vec<Problem> {
        Vec::new()
    }

    /// Registers its parts and returns its outputs.
    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>>;

    /// The result of a method. `state` has the outputs; in a preview, missing outputs are unknown.
    fn call(&self, _method: &str, _state: &State<'_>, _arguments: &Object) -> Result<Object, Vec<Problem>> {
        Ok(Object::new())
    }
}

/// The state of a component in a method call.
pub struct State<'a> {
    /// Its outputs.
    pub outputs: &'a Object,
    /// Whether this is a preview.
    pub is_preview: bool,
}

impl State<'_> {
    /// An output; unknown if only an update returns it.
    pub fn output(&self, name: &str) -> Value {
        match self.outputs.get(name) {
            Some(value) => value.clone(),
            None if self.is_preview => Value::UNKNOWN,
            None => Value::NULL,
        }
    }
}

/// All components.
const ALL: &[&dyn Component] = &[
    &crate::application::Application,
    &crate::blue_green_deployment::BlueGreenDeployment,
    &crate::container_registry::ContainerRegistry,
    &crate::database::Database,
    &crate::monitoring::Monitoring,
    &crate::object_storage::ObjectStorage,
    &crate::private_network::PrivateNetwork,
    &crate::rotated_credential::RotatedCredential,
    &crate::secret_store::SecretStore,
    &crate::serverless_container::ServerlessContainer,
    &crate::service_identity::ServiceIdentity,
    &crate::state_backend::StateBackend,
];

/// The component of a token, with or without its package.
pub fn component(token: &str) -> Option<&'static dyn Component> {
    let bare = token.split_once(':').filter(|(package, _)| !package.contains('/')).map_or(token, |(_, rest)| rest);
    ALL.iter().copied().find(|component| component.token() == bare)
}

/// The tokens of all components, without the package.
pub fn tokens() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|component| component.token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_found_with_and_without_its_package() {
        for token in ["evalap/containerRegistry:ContainerRegistry", "x:evalap/containerRegistry:ContainerRegistry"] {
            assert!(component(token).is_some(), "{token}");
        }
        assert!(component("registry/namespace:Namespace").is_none());
    }
}
