//! AWS signatures for the client of these tests, with the crate `aws-sigv4`: no code is shared with the fake.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use axum::http::Request;

/// Access key (optionally with `@<project>`), secret key and region.
pub(crate) struct Signer<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) region: &'a str,
}

/// The time of a signature.
#[expect(clippy::disallowed_methods, reason = "signatures are compared with the real time")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// The signed request to Object Storage.
pub(crate) fn signed(request: Request<Vec<u8>>, key: &Signer<'_>) -> Request<Vec<u8>> {
    signed_for("s3", request, key)
}

/// The signed request to a service. A body in chunks (`aws-chunked`) is not part of the signature.
pub(crate) fn signed_for(service: &str, mut request: Request<Vec<u8>>, key: &Signer<'_>) -> Request<Vec<u8>> {
    let identity = Credentials::new(key.access_key, key.secret_key, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let parameters =
        v4::SigningParams::builder().identity(&identity).region(key.region).name(service).settings(settings);
    let parameters = parameters.time(now()).build().unwrap().into();
    let headers: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let framed = request.headers().get("x-amz-trailer").is_some();
    let body = if framed { SignableBody::StreamingUnsignedPayloadTrailer } else { SignableBody::Bytes(request.body()) };
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers.into_iter(), body).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}
