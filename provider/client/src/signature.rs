//! AWS Signature Version 4, for Object Storage, queues and topics: over headers, the hash of the body, and the time.

use std::time::SystemTime;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign as signature,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::Request;
use secrecy::ExposeSecret;
use tracing::subscriber::{NoSubscriber, with_default};

use crate::settings::Credentials;

/// What a signature is for.
#[derive(Clone, Copy)]
pub(crate) struct SignatureScope<'a> {
    /// The service: `s3`, `sqs` or `sns`.
    pub(crate) service: &'static str,
    /// The region.
    pub(crate) region: &'a str,
    /// A project other than the default project of the API key, for Object Storage: `<access key>@<project>`.
    pub(crate) project: Option<&'a str>,
}

/// Signs a request.
pub(crate) fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    scope: SignatureScope<'_>,
    now: SystemTime,
) -> Result<(), &'static str> {
    let SignatureScope { service, region, project } = scope;
    let access_key = match project {
        Some(project) => format!("{}@{project}", credentials.access_key),
        None => credentials.access_key.clone(),
    };
    let secret_key = credentials.secret_key.expose_secret();
    let identity: Identity = AwsCredentials::new(access_key, secret_key, None, None, "settings").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|_| "the request cannot be signed")?
        .into();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), std::str::from_utf8(value.as_bytes()).ok()?.to_owned())))
        .collect();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, SignableBody::Bytes(request.body()))
        .map_err(|_| "its headers cannot be signed")?;
    // The crate logs the access key, which is a secret of queues and topics.
    let signed = with_default(NoSubscriber::default(), || signature(signable, &parameters));
    let (instructions, _) = signed.map_err(|_| "the request cannot be signed")?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;

    /// The example of AWS' documentation ("GET Object", 24 May 2013).
    #[test]
    fn the_signature_of_the_documented_example_is_correct() {
        let mut request = Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
            .header("range", "bytes=0-9")
            .body(Bytes::new())
            .unwrap();
        let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let then = SystemTime::UNIX_EPOCH + Duration::from_hours(380_376);
        let scope = SignatureScope { service: "s3", region: "us-east-1", project: None };
        sign(&mut request, &key, scope, then).unwrap();
        assert_eq!(
            request.headers()["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn the_credential_contains_the_project_and_the_secret_key_is_not_printed() {
        let mut request = Request::get("http://127.0.0.1:8080/main?acl=").body(Bytes::new()).unwrap();
        let key = Credentials::new("SCWEXAMPLE", "canary");
        let project = Some("22222222-2222-2222-2222-222222222222");
        let scope = SignatureScope { service: "s3", region: "fr-par", project };
        sign(&mut request, &key, scope, SystemTime::UNIX_EPOCH).unwrap();
        let shown = request.headers()["authorization"].to_str().unwrap();
        assert!(
            shown.contains("Credential=SCWEXAMPLE@22222222-2222-2222-2222-222222222222/19700101/fr-par/s3/"),
            "{shown}"
        );
        assert!(!format!("{request:?}").contains("canary"));
    }
}
