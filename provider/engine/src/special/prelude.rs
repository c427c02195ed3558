//! What most handlers use.

pub(super) use async_trait::async_trait;
pub(super) use serde_json::{Value as Json, json};
pub(super) use value::Object;

pub(super) use super::calls::{call, change, list};
pub(super) use super::hooks::{Handler, Result};
pub(super) use crate::client_error::ignore_not_found;
pub(super) use crate::context::Context;
pub(super) use crate::transition::Transition;
pub(super) use crate::{fetch, wait};
pub(super) use rules::error::{Error, ErrorKind};
pub(super) use rules::scope::Scope;
pub(super) use rules::wire;
