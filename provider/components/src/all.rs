//! The list of all components.

use crate::component::Component;

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
