//! Federation: single sign-on (SAML) and provisioning (SCIM). The fake does not verify certificates, and the seed can contain tokens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::clock;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

const YEAR: Duration = Duration::from_hours(365 * 24);

pub(super) static SAML: Kind =
    Kind { srn: Some("iam"), ..Kind::new("iam/saml", "Saml", "", Missing::Labelled("saml")) };
pub(super) static CERTIFICATE: Kind = Kind {
    srn: Some("iam"),
    ..Kind::new("iam/saml_certificate", "SamlCertificate", "certificates", Missing::Labelled("saml_certificate"))
};
pub(super) static SCIM: Kind = Kind::new("iam/scim", "Scim", "", Missing::Labelled("scim"));
pub(super) static SCIM_TOKEN: Kind =
    Kind::new("iam/scim_token", "ScimToken", "scim_tokens", Missing::Labelled("scim_token"));

/// The object of this kind that the organization has.
pub(super) fn of_organization(call: &mut ReadCall<'_>, kind: &'static Kind) -> Handled {
    match call.world.store.of(kind).next() {
        Some(object) => Ok(call.show(kind, object)),
        None => Err(ApiError::not_found(&format!("organization_{}", kind.noun()), &call.parameter("organization_id"))),
    }
}

/// As recorded: the status names what is missing first.
pub(super) fn enable_saml(call: &mut Call<'_>) -> Handled {
    only_once(call, &SAML)?;
    let id = call.world.uuid();
    let fields = json!({
        "id": id,
        "status": "missing_certificate",
        "service_provider": {
            "entity_id": format!("https://iam.scaleway.com/saml/{id}"),
            "assertion_consumer_service_url": format!("https://api.scaleway.com/iam/v1/saml/{id}/login"),
        },
        "entity_id": "",
        "single_sign_on_url": "",
    });
    call.create(&SAML, fields)
}

pub(super) fn update_saml(call: &mut Call<'_>) -> Handled {
    call.patch(&SAML, &["entity_id", "single_sign_on_url"])?;
    set_status(call, &call.id())?;
    call.get(&SAML)
}

pub(super) fn delete_saml(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete(&SAML)?;
    call.world.store.remove_where(|object| object.kind == CERTIFICATE.name && object.hidden_text("saml_id") == id);
    Ok(answer)
}

pub(super) fn add_certificate(call: &mut Call<'_>) -> Handled {
    let (saml, usage, content) = (call.parameter("saml_id"), call.need("type")?, call.need("content")?);
    call.find(&SAML, &saml)?;
    let fields =
        json!({ "type": usage, "origin": "identity_provider", "content": content, "expires_at": call.timestamp() });
    let mut certificate = call.draft(&CERTIFICATE, fields);
    certificate.hidden.insert("saml_id".to_owned(), json!(saml));
    let shown = call.insert(&CERTIFICATE, certificate);
    set_status(call, &saml)?;
    Ok(shown)
}

pub(super) fn delete_certificate(call: &mut Call<'_>) -> Handled {
    let saml = call.find(&CERTIFICATE, &call.id())?.hidden_text("saml_id").to_owned();
    let answer = call.delete(&CERTIFICATE)?;
    set_status(call, &saml)?;
    Ok(answer)
}

pub(super) fn list_certificates(call: &mut ReadCall<'_>) -> Handled {
    let saml = call.parameter("saml_id");
    call.find(&SAML, &saml)?;
    let own = call.world.store.of(&CERTIFICATE).filter(|certificate| certificate.hidden_text("saml_id") == saml);
    let shown: Vec<Value> = own.map(|certificate| call.show(&CERTIFICATE, certificate)).collect();
    Ok(json!({ "certificates": shown }))
}

pub(super) fn enable_scim(call: &mut Call<'_>) -> Handled {
    only_once(call, &SCIM)?;
    let time = call.timestamp();
    call.create(&SCIM, json!({ "created_at": time }))
}

pub(super) fn delete_scim(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete(&SCIM)?;
    call.world.store.remove_where(|object| object.kind == SCIM_TOKEN.name && object.text("scim_id") == id);
    Ok(answer)
}

/// As recorded: the bearer token is in this response only, and is valid for a year.
pub(super) fn create_token(call: &mut Call<'_>) -> Handled {
    let (scim, bearer, time) = (call.parameter("scim_id"), call.world.uuid(), call.timestamp());
    call.find(&SCIM, &scim)?;
    let expires = call.now.saturating_add(YEAR).map_or_else(|_| time.clone(), clock::micros);
    let fields = json!({ "scim_id": scim, "created_at": time, "expires_at": expires });
    let token = call.create(&SCIM_TOKEN, fields)?;
    Ok(json!({ "token": token, "bearer_token": bearer }))
}

pub(super) fn list_tokens(call: &mut ReadCall<'_>) -> Handled {
    let scim = call.parameter("scim_id");
    call.find(&SCIM, &scim)?;
    Ok(call.page(&SCIM_TOKEN, |token| token.text("scim_id") == scim))
}

fn only_once(call: &Call<'_>, kind: &'static Kind) -> Result<(), ApiError> {
    match call.world.store.of(kind).next() {
        None => Ok(()),
        Some(object) => Err(ApiError::already_exists(kind.noun(), &object.id, "the organization has one")),
    }
}

fn set_status(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let has_certificate = call.world.store.of(&CERTIFICATE).any(|certificate| certificate.hidden_text("saml_id") == id);
    let saml = call.change(&SAML, id)?;
    let status = match (has_certificate, saml.text("entity_id"), saml.text("single_sign_on_url")) {
        (false, ..) => "missing_certificate",
        (true, "", _) => "missing_entity_id",
        (true, _, "") => "missing_single_sign_on_url",
        _ => "valid",
    };
    saml.fields.insert("status".to_owned(), json!(status));
    Ok(())
}
