//! The kinds of objects.

use crate::facts::Named;
use crate::store::{Kind, Missing};

/// The host in Scaleway resource names.
const SRN: &str = "containers";

/// The statuses in which changes are rejected.
const TRANSIENT: &[&str] = &["creating", "updating", "deleting", "locking", "upgrading"];

pub(super) static NAMESPACE: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("containers/namespace", "Namespace", "namespaces", Missing::Labelled("namespace"))
};

pub(crate) static CONTAINER: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("containers/container", "Container", "containers", Missing::Labelled("container"))
};

pub(crate) static DOMAIN: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("containers/domain", "Domain", "domains", Missing::Labelled("domain"))
};

pub(super) static TRIGGER: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("containers/trigger", "Trigger", "triggers", Missing::Labelled("trigger"))
};

/// Tokens are served from `container.v1beta1`; the newer version has none.
pub(crate) static TOKEN: Named = Named::new("containers/token");

/// The parts of a container, which are deleted with it.
pub(super) static PARTS: [&Kind; 2] = [&DOMAIN, &TRIGGER];
