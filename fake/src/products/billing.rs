//! Billing. Code is needed for budgets, whose limit is a number in requests and an amount in responses, for recipients of
//! notifications, and for the consumption and invoices, which only the seed contains.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::store::{Kind, Missing};

static BUDGET: Named = Named::new("billing/budget");
static NOTIFICATION: Named = Named::new("billing/budget_alert_notification");
static INVOICE: Named = Named::new("billing/invoice");
static CONSUMPTION: Kind = Kind {
    id: "",
    ..Kind::new("billing/consumption", "ListConsumptionsResponseConsumption", "consumptions", Missing::Unnamed)
};

pub(crate) static PRODUCT: Product = Product {
    document: "billing.v2",
    kinds: &[],
    reads: &[],
    writes: &[
        ("CreateBudget", |call| {
            as_amount(call);
            plain::create(call, BUDGET.plain(), json!({}))
        }),
        ("UpdateBudget", |call| {
            as_amount(call);
            plain::update(call, BUDGET.plain())
        }),
        ("CreateBudgetAlertNotification", |call| {
            let recipients = recipients(call);
            plain::create(call, NOTIFICATION.plain(), recipients)
        }),
        ("UpdateBudgetAlertNotification", |call| {
            let recipients = recipients(call);
            let (id, now) = (call.id(), call.timestamp());
            let notification = call.change(&NOTIFICATION, &id)?;
            notification.fields.extend(crate::call::object(recipients));
            notification.fields.insert("updated_at".to_owned(), json!(now));
            call.get(&NOTIFICATION)
        }),
    ],
};

pub(crate) static USAGE: Product = Product {
    document: "billing.v2beta1",
    kinds: &[&CONSUMPTION],
    reads: &[("ListConsumptions", list_consumptions), ("ListInvoices", list_invoices)],
    writes: &[],
};

/// As recorded: responses have an amount without currency.
fn as_amount(call: &mut Call<'_>) {
    if let Some(limit) = call.body.get_mut("consumption_limit").filter(|limit| limit.is_number()) {
        *limit = json!({ "currency_code": "", "nanos": 0, "units": limit.take() });
    }
}

/// The recipients of the one kind in the request, as responses show them.
fn recipients(call: &Call<'_>) -> Value {
    let kinds = [("email", "email_addresses"), ("sms", "sms_phone_numbers"), ("webhook", "webhook_urls")];
    let given =
        kinds.iter().find_map(|(kind, field)| Some((*kind, call.body.get(*field).filter(|list| !list.is_null())?)));
    given.map_or_else(|| json!({}), |(kind, list)| json!({ "type": kind, "recipients": list }))
}

fn list_consumptions(call: &mut ReadCall<'_>) -> Handled {
    call.query.remove("billing_period");
    let mut answer = call.list(&CONSUMPTION)?;
    answer["updated_at"] = json!(call.timestamp());
    answer["total_discount_untaxed_value"] = json!(0.0);
    Ok(answer)
}

fn list_invoices(call: &mut ReadCall<'_>) -> Handled {
    let is_between = call.take_period(["billing_period_start_after", "billing_period_start_before"]);
    if let Some(kind) = call.query.remove("invoice_type") {
        call.query.insert("type".to_owned(), kind);
    }
    call.list_where(&INVOICE, |invoice| is_between(invoice.text("billing_period")))
}
