//! The kinds of objects that several modules use.

use crate::facts::Named;
use crate::store::{Kind, Missing};

pub(super) static APPLICATION: Named = Named("iam/application");

/// There is always the owner of the organization; others come from a seed or are made.
pub(crate) static USER: Kind =
    Kind { srn: Some("iam"), ..Kind::new("iam/user", "User", "users", Missing::Labelled("user")) };
