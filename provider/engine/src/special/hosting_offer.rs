//! The offers of Web Hosting.
//!
//! A descriptor is not sufficient because the API only lists offers, several of them have the same name, and names of control panels
//! are compared without case.

use super::prelude::*;
use rules::place;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Offer;

#[async_trait]
impl Handler for Offer {
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let text = |field: &str| wire::text(&scope.desired, field).unwrap_or_default().to_owned();
        let desired = Desired {
            id: place::split(&text("offer_id")).1.to_owned(),
            name: text("name"),
            panel: text("control_panel"),
        };
        let offers = list(cx, scope, "ListOffers", &[("order_by", "price_asc")]).await?;
        let Some(Json::Object(mut fields)) = chosen(&offers, &desired).cloned() else {
            let fact = format!("the region {} has no such offer of Web Hosting", scope.locality().unwrap_or_default());
            let names: Vec<&str> = offers.iter().map(|offer| text_or_empty(offer, "name")).collect();
            return Err(
                Error::new(ErrorKind::NotFound, fact).hint(format!("use one of these names: {}", names.join(", ")))
            );
        };
        fields.insert("offer".to_owned(), Json::Object(fields.clone()));
        scope.answers.extend(fields);
        Ok(())
    }
}

/// The inputs; empty strings are not set.
struct Desired {
    id: String,
    name: String,
    panel: String,
}

/// The first available offer that fits, or else the first one.
fn chosen<'o>(offers: &'o [Json], desired: &Desired) -> Option<&'o Json> {
    let fits = |offer: &&Json| {
        let panel = text_or_empty(offer, "control_panel_name");
        (desired.id.is_empty() || text_or_empty(offer, "id") == desired.id)
            && (desired.name.is_empty() || text_or_empty(offer, "name") == desired.name)
            && (desired.panel.is_empty() || panel.eq_ignore_ascii_case(&desired.panel))
    };
    let fitting = || offers.iter().filter(fits);
    fitting().find(|offer| offer["available"] == true).or_else(|| fitting().next())
}

#[cfg(test)]
#[path = "hosting_offer_tests.rs"]
mod tests;
