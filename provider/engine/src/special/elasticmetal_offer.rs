//! The offers of Elastic Metal servers.
//!
//! A descriptor is not sufficient because an offer that is out of stock is an error unless the program accepts it, and because names
//! are compared without case.

use super::prelude::*;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Offer;

#[async_trait]
impl Handler for Offer {
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let text = |field: &str| wire::text(&scope.desired, field).unwrap_or_default().to_owned();
        let (id, name, period) = (text("offer_id"), text("name"), text("subscription_period"));
        let offer = match id.as_str() {
            "" => named(cx, scope, &name, &period).await?,
            id => call(cx, scope, "GetOffer", None, &[("offer_id", id)]).await?,
        };
        let accepts_all = wire::get(&scope.desired, "include_disabled") == Some(&Json::Bool(true));
        if !accepts_all && !is_available(&offer) {
            let fact = format!("the offer {} is out of stock or disabled", text_or_empty(&offer, "name"));
            return Err(Error::new(ErrorKind::Precondition, fact)
                .hint("choose another offer or zone, or set `includeDisabled` to get it nevertheless"));
        }
        let Json::Object(mut fields) = offer else { return Ok(()) };
        let cpu = fields.get("cpus").and_then(|cpus| cpus.get(0)).cloned().unwrap_or_default();
        fields.insert("cpu".to_owned(), cpu);
        scope.answers.extend(fields);
        Ok(())
    }
}

/// The offer with this name, and with this billing period unless it is empty.
pub(super) async fn named(cx: &Context<'_>, scope: &Scope<'_>, name: &str, period: &str) -> Result<Json> {
    let parameters = [("subscription_period", period)];
    let offers = list(cx, scope, "ListOffers", if period.is_empty() { &[] } else { &parameters }).await?;
    let mut found = offers.into_iter().filter(|offer| text_or_empty(offer, "name").eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some(offer), None) => Ok(offer),
        (Some(_), Some(_)) => {
            let fact = format!("there are several offers with the name {name}");
            Err(Error::new(ErrorKind::Invalid, fact).hint("set `subscriptionPeriod` to `hourly` or `monthly`"))
        }
        (None, _) => {
            let fact = format!("the zone {} has no offer with the name {name}", scope.locality().unwrap_or_default());
            Err(Error::new(ErrorKind::NotFound, fact).hint("check the name and the zone"))
        }
    }
}

fn is_available(offer: &Json) -> bool {
    offer["enable"] == true && offer["stock"] != "empty"
}

#[cfg(test)]
#[path = "elasticmetal_offer_tests.rs"]
mod tests;
