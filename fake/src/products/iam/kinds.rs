//! The kinds of objects that several modules use.

use crate::facts::Named;
use crate::store::{Kind, Missing};

pub(super) static APPLICATION: Named = Named::new("iam/application");

/// The owner of the organization always exists; other users are in the seed or are created.
pub(crate) static USER: Kind =
    Kind { srn: Some("iam"), ..Kind::new("iam/user", "User", "users", Missing::Labelled("user")) };
