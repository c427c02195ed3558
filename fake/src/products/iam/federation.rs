//! Federation: single sign-on (SAML) and provisioning (SCIM) of the seed. The fake does not serve their configuration.

use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

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
pub(super) fn of_organization(call: &mut Call<'_>, kind: &'static Kind) -> Handled {
    let found = call.world.store.of(kind).next().map(|object| object.id.clone());
    let id = found.unwrap_or_default();
    call.find(kind, &id).map(|object| call.show(kind, object))
}

pub(super) fn list_tokens(call: &mut Call<'_>) -> Handled {
    let scim = call.parameter("scim_id");
    call.find(&SCIM, &scim)?;
    Ok(call.page(&SCIM_TOKEN, |token| token.text("scim_id") == scim))
}
