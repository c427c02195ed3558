//! Reverse DNS names of IPAM addresses: the list of an address is read before each change, because a request replaces it.
//!
//! A descriptor is not sufficient for that reason, and because a name appears in the list only when it resolves to the address.

use catalog::Step;
use value::Value;

use super::prelude::*;
use rules::pending::Pending;
use rules::special::ipam_ip_reverse_dns::{LIST, merged, own};

/// See the module.
pub(super) struct IpReverseDns;

#[async_trait]
impl Handler for IpReverseDns {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        let live = read(cx, scope).await?;
        send(cx, scope, step, merged(&live.answers, &addresses(&scope.desired), entry(scope))).await.map(Some)
    }

    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        fetch::read(cx, scope, false).await?;
        let mut removed = addresses(&scope.desired);
        removed.extend(addresses(&scope.before));
        removed.extend(transition.olds.text("address"));
        // A failed update may have set another address.
        removed.extend(transition.pending.attempted("address").and_then(Value::as_str));
        let list = merged(&scope.answers, &removed, entry(scope));
        scope.desired.insert(LIST.to_owned(), list);
        Ok(true)
    }

    /// Waits until the name is in the list.
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let given = |name: &str| transition.news.text(name).unwrap_or_default();
        let (address, hostname) = (given("address"), given("hostname"));
        let began = cx.spent();
        loop {
            fetch::read(cx, scope, false).await?;
            if own(&scope.answers, Some(address)).is_some_and(|(_, live)| live == hostname) {
                return Ok(true);
            }
            let waiting = format!("waiting for the DNS record of {hostname}, which must resolve to {address}");
            cx.pause_poll(began, &waiting).await?;
        }
    }

    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, olds: &Object) -> Result<Option<bool>> {
        let Some(step) = cx.resource.delete.first() else { return Ok(None) };
        let live = match read(cx, scope).await {
            Ok(live) => live,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(false)),
            Err(error) => return Err(error),
        };
        let mut removed = addresses(&scope.desired);
        removed.extend(olds.text("address"));
        let pending = Pending::of(olds);
        removed.extend(pending.attempted("address").and_then(Value::as_str));
        send(cx, scope, step, merged(&live.answers, &removed, None)).await?;
        Ok(Some(true))
    }
}

/// The address as it is now.
async fn read<'a>(cx: &Context<'_>, scope: &Scope<'a>) -> Result<Scope<'a>> {
    let mut live = scope.clone();
    let answer = call(cx, scope, "GetIP", None, &[]).await?;
    fetch::merge(cx.resource, &mut live, None, answer);
    Ok(live)
}

/// Replaces the list.
async fn send(cx: &Context<'_>, scope: &Scope<'_>, step: &Step, list: Json) -> Result<Json> {
    let mut scope = scope.clone();
    scope.desired.insert(LIST.to_owned(), list);
    Ok(cx.perform(step, &scope, &[LIST.to_owned()], false).await?.unwrap_or_default())
}

/// The entry of the program in the fields of a request.
fn entry<'w>(scope: &'w Scope<'_>) -> Option<&'w Json> {
    scope.desired.get(LIST)?.as_array()?.last()
}

/// The addresses of the entries in the fields of a request.
fn addresses(fields: &rules::wire::Wire) -> Vec<&str> {
    let list = fields.get(LIST).and_then(Json::as_array).into_iter().flatten();
    list.filter_map(|entry| entry["address"].as_str()).collect()
}

#[cfg(test)]
#[path = "ipam_ip_reverse_dns_tests.rs"]
mod tests;
