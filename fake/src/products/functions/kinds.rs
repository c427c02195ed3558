//! The kinds of objects.

use crate::facts::Named;
use crate::store::{Kind, Missing};

/// The host in Scaleway resource names.
const SRN: &str = "functions";

/// The statuses in which changes are rejected.
const TRANSIENT: &[&str] = &["creating", "pending", "deleting"];

pub(super) static NAMESPACE: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("functions/namespace", "Namespace", "namespaces", Missing::Message("Namespace was not found"))
};

pub(super) static FUNCTION: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("functions/function", "Function", "functions", Missing::Message("Function was not found"))
};

pub(super) static TRIGGER: Kind = Kind {
    transient: TRANSIENT,
    srn: Some(SRN),
    ..Kind::new("functions/trigger", "Trigger", "triggers", Missing::Message("trigger does not exist"))
};

pub(super) static CRON: Named = Named::new("functions/cron");

pub(super) static DOMAIN: Named = Named::new("functions/domain");

pub(super) static TOKEN: Named = Named::new("functions/token");

/// The kinds of objects that are deleted with their function.
pub(super) fn parts() -> [&'static Kind; 4] {
    [&CRON, &DOMAIN, &TOKEN, &TRIGGER]
}
