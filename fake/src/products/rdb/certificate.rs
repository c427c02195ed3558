//! The certificate of an instance. It is not a valid certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::kinds::INSTANCE;
use super::path::{of_path, settled_of_path};
use crate::call::{Call, Handled, ReadCall};

/// As recorded: a file in base64.
pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let instance = call.find(&INSTANCE, &of_path(call)?)?;
    let renewals = instance.hidden.get("certificate_renewals").and_then(Value::as_u64).unwrap_or_default();
    let body = STANDARD.encode(format!("certificate {renewals} of {}", instance.id));
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    Ok(json!({
        "name": "ssl_certificate",
        "content_type": "application/x-pem-file",
        "content": STANDARD.encode(pem),
    }))
}

/// Replaces the certificate.
pub(super) fn renew(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let instance = call.change(&INSTANCE, &id)?;
    let renewals = instance.hidden.get("certificate_renewals").and_then(Value::as_u64).unwrap_or_default();
    instance.hidden.insert("certificate_renewals".to_owned(), json!(renewals + 1));
    Ok(Value::Null)
}
