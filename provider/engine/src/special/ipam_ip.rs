//! IPAM addresses: a call that moves an address names the custom resource that currently has it.
//!
//! A descriptor is not sufficient because after a failed move neither the inputs nor the outputs contain it. Assumes that
//! the first read step returns it as `resource`, and that `MoveIP` is the only step that sends `customResources`.

use client::BoxFuture;
use serde_json::{Map, Value as Json};

use super::{Handler, Transition};
use crate::context::Context;
use crate::fetch;
use rules::error::Error;
use rules::scope::Scope;

/// See the module.
pub(super) struct Ip;

/// The property, and its field in requests and responses.
const MACHINES: &str = "customResources";
const MACHINE: &str = "resource";

impl Handler for Ip {
    fn before_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            if !transition.pending.contains(MACHINES) {
                return Ok(false);
            }
            fetch::read(cx, scope, false).await?;
            let live = machine(scope.answers.get(MACHINE));
            if is_same(&live, scope.wanted.get(MACHINE).unwrap_or(&Json::Null)) {
                scope.wanted.remove(MACHINE);
            } else {
                scope.before.insert(MACHINE.to_owned(), live);
            }
            Ok(true)
        })
    }
}

/// The custom resource that has an address, in the form of requests; null if there is none.
fn machine(live: Option<&Json>) -> Json {
    let Some(live) = live.filter(|live| live["type"] == "custom") else { return Json::Null };
    let named = ["mac_address", "name"].into_iter().filter(|field| !live[*field].is_null());
    Json::Object(named.map(|field| (field.to_owned(), live[field].clone())).collect::<Map<_, _>>())
}

fn is_same(one: &Json, other: &Json) -> bool {
    let key = |machine: &Json| {
        let field = |name: &str| machine[name].as_str().unwrap_or_default().to_owned();
        (field("mac_address").to_lowercase(), field("name"))
    };
    one.is_null() == other.is_null() && key(one) == key(other)
}
