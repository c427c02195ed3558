//! Waits and timeouts of a resource.

use catalog::{Timeouts, Wait};
use scaleway_api::{Kind, WaitStatuses};

use super::{Call, Calls, Scope, check_answer_field};
use crate::descriptor::{Product, Resource};
use crate::duration::milliseconds;
use crate::findings::{Findings, Place};

impl<'a> Scope<'a> {
    /// The status to wait for: from the API document, completed by the descriptor.
    pub(crate) fn wait(&self, calls: &Calls<'a>, findings: &mut Findings) -> Option<Wait> {
        let word = self.resource.wait.as_ref()?;
        let place = self.place.at("wait");
        let polled = calls.read.first()?;
        let declared = polled.operation.wait.as_ref();
        let Some(field) = word.field.clone().or_else(|| declared.map(|wait| wait.field.clone())) else {
            findings.mistake(
                &place,
                format!("the API document has no status field for {}: set `field`", polled.operation.id),
            );
            return None;
        };
        check_answer_field(&calls.answers, &field, &place.at("field"), findings);
        let values = enum_values(polled, &field);
        let passing = match declared {
            _ if !word.passing.is_empty() => word.passing.clone(),
            Some(wait) => match &wait.statuses {
                WaitStatuses::Transient(passing) => passing.clone(),
                WaitStatuses::Terminal(last) => values.iter().filter(|value| !last.contains(value)).cloned().collect(),
            },
            None => {
                findings.mistake(
                    &place,
                    format!("the API document lists no transient statuses for {}: set `passing`", polled.operation.id),
                );
                Vec::new()
            }
        };
        check_values(&word.passing, &values, &place.at("passing"), findings);
        check_values(&word.failed, &values, &place.at("failed"), findings);
        for (field, values) in &word.also_passing {
            let place = place.at("alsoPassing").at(field);
            check_answer_field(&calls.answers, field, &place, findings);
            check_values(values, &enum_values(polled, field), &place, findings);
        }
        // All other values of the API document are final, except for a value that means "none of these".
        let settled: Vec<String> = values
            .iter()
            .filter(|value| !passing.contains(value) && !word.failed.contains(value) && !value.starts_with(UNKNOWN))
            .cloned()
            .collect();
        if settled.is_empty() && !values.is_empty() {
            findings.mistake(&place, format!("no value of \"{field}\" in the API document is a final status"));
        }
        if let Some(reason) = &word.reason {
            check_answer_field(&calls.answers, reason, &place.at("reason"), findings);
        }
        let ready_after = word.ready_after.as_deref();
        if let Some(only) = &word.only {
            self.check_property(only, &place.at("only"), findings);
        }
        Some(Wait {
            field,
            only: word.only.clone(),
            passing,
            also_passing: word.also_passing.clone(),
            settled,
            failed: word.failed.clone(),
            replace_failed: word.replace_failed,
            reason: word.reason.clone(),
            lagging: word.lagging,
            failed_for_ms: word
                .failed_for
                .as_deref()
                .map_or(0, |text| milliseconds(text, &place.at("failedFor"), findings)),
            cap_ms: milliseconds(&word.cap, &place.at("cap"), findings),
            ready_after_ms: ready_after.map_or(0, |text| milliseconds(text, &place.at("readyAfter"), findings)),
        })
    }

    /// The timeouts of the four operations, in seconds.
    pub(crate) fn timeouts(&self, findings: &mut Findings) -> Timeouts {
        timeouts(self.place, self.resource, self.product, findings)
    }

    /// How long a 403 can be caused by a permission that is not in effect yet.
    pub(crate) fn denied_window(&self, findings: &mut Findings) -> u64 {
        let window = self.product.denied_window.as_deref();
        window.map_or(0, |text| milliseconds(text, &self.place.at("deniedWindow"), findings))
    }
}

/// Prefix of the enum value that stands for all unlisted values.
const UNKNOWN: &str = "unknown";

/// The timeouts of the four operations of a resource, in seconds.
pub(super) fn timeouts(place: &Place, resource: &Resource, product: &Product, findings: &mut Findings) -> Timeouts {
    let place = place.at("timeouts");
    for name in resource.timeouts.keys() {
        if !matches!(name.as_str(), "create" | "read" | "update" | "delete") {
            findings.mistake(&place, format!("\"{name}\" is not one of create, read, update, delete"));
        }
    }
    let limit = |name: &str, findings: &mut Findings| {
        let text = resource.timeouts.get(name).unwrap_or(&product.timeout);
        u32::try_from(milliseconds(text, &place.at(name), findings) / 1_000).unwrap_or(u32::MAX)
    };
    Timeouts {
        create: limit("create", findings),
        read: limit("read", findings),
        update: limit("update", findings),
        delete: limit("delete", findings),
    }
}

/// The known values of a response field; none if it is not an enum.
fn enum_values(call: &Call<'_>, field: &str) -> Vec<String> {
    let mut shape = crate::shape::Shape::default();
    call.add_answer(&mut shape);
    let found = shape.find(field);
    match found.first().map(crate::shape::Field::kind) {
        Some(Kind::Enum { values, .. }) => values.clone(),
        _ => Vec::new(),
    }
}

pub(super) fn check_values(given: &[String], known: &[String], place: &Place, findings: &mut Findings) {
    for value in given.iter().filter(|value| !known.is_empty() && !known.contains(value)) {
        findings.mistake(place, format!("\"{value}\" is not one of {}", known.join(", ")));
    }
}
