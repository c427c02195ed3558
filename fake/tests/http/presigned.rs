//! Presigned requests: uploads without the API key, as URL (PUT) and as form (POST).

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use crate::sign::now;
use crate::storage::{ACCESS_KEY, SECRET_KEY, Storage};

const FORM: &str = "multipart/form-data; boundary=edge";

/// A URL for one upload.
fn url(storage: &Storage, path: &str) -> String {
    let identity = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_hours(1));
    let parameters = v4::SigningParams::builder().identity(&identity).region("fr-par").name("s3").settings(settings);
    let parameters = parameters.time(now()).build().unwrap().into();
    let url = format!("{}{path}", storage.fake.url());
    let signable = SignableRequest::new("PUT", &url, std::iter::empty(), SignableBody::UnsignedPayload).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    let mut request = axum::http::Request::builder().uri(&url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    request.uri().to_string()
}

/// The form of one upload to the bucket `main`, signed with a secret key.
fn form(secret_key: &str, key: &str, content: &str) -> String {
    let (time, signed_at) = (now(), Timestamp::try_from(now()).unwrap().to_zoned(TimeZone::UTC));
    let (day, moment) = (signed_at.strftime("%Y%m%d").to_string(), signed_at.strftime("%Y%m%dT%H%M%SZ").to_string());
    let credential = format!("{ACCESS_KEY}/{day}/fr-par/s3/aws4_request");
    let policy = json!({
        "expiration": "2099-01-01T00:00:00.000Z",
        "conditions": [
            { "bucket": "main" }, { "key": key }, { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
            { "x-amz-credential": credential }, { "x-amz-date": moment },
        ],
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let signing_key = v4::generate_signing_key(secret_key, time, "fr-par", "s3");
    let signature = v4::calculate_signature(signing_key, policy.as_bytes());
    let fields = [
        ("key", key),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", &moment),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ];
    let field = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields: String = fields.iter().map(field).collect();
    let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain";
    format!("{fields}--edge\r\n{file}\r\n\r\n{content}\r\n--edge--\r\n")
}

#[tokio::test]
async fn presigned_put_uploads_an_object_and_returns_its_etag() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let response = storage.http.put(url(&storage, "/main/a")).body("hello").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["etag"]),
        (200, &"\"5d41402abc4b2a76b9719d911017c592\"".parse().unwrap())
    );
    assert_eq!(storage.good("GET /main/a", "").await.text, "hello");
}

#[tokio::test]
async fn presigned_post_uploads_an_object_if_the_secret_key_matches() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    for (secret_key, expected) in [(SECRET_KEY, 204), ("22222222-2222-4222-8222-222222222222", 403)] {
        let post = storage.http.post(format!("{}/main", storage.fake.url())).header("content-type", FORM);
        let response = post.body(form(secret_key, &format!("{expected}"), "hello")).send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(status, expected, "{}", response.text().await.unwrap());
    }
    assert_eq!(storage.good("GET /main/204", "").await.text, "hello");
    assert_eq!(storage.call("GET /main/403").await.status, 404);
}
