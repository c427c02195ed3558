//! The caller of a request, and the secret keys that its signature may have been made with.
//!
//! A request contains the access key only. Signatures are verified with the secret keys of access keys that were
//! created through IAM, and with those that the fake was started with. Without such a list the REST API accepts any
//! secret key, so any signature of another access key is accepted too: no earlier request changes that.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Request, Uri, header};
use jiff::Timestamp;
use s3s::auth::{S3Auth, SecretKey};
use s3s::host::{S3Host, VirtualHost};
use s3s::{S3Result, s3_error};

use super::storage::Caller;
use crate::call::OWNER;
use crate::call::World;
use crate::products::iam;
use crate::request::Received;

/// The secret keys in the guide and in the README.
const GUIDES_SECRET_KEYS: [&str; 2] = ["11111111-1111-4111-8111-111111111111", "11111111-1111-1111-1111-111111111111"];

/// The default region.
const REGION: &str = "fr-par";

/// The signature of one request.
pub(super) struct Signer {
    pub(super) caller: Caller,
    secrets: Vec<String>,
    /// Whether a signature that matches no known secret key is accepted.
    trusting: bool,
    signed: bool,
    expired: bool,
}

/// The secret key that a signature is compared with; `None`: the request has no signature any more.
pub(super) struct Secret(pub(super) Option<String>);

/// Scaleway's host names.
pub(super) struct Host;

/// The bucket and region in a host name.
pub(super) struct Place<'a> {
    pub(super) bucket: Option<&'a str>,
    pub(super) region: &'a str,
}

impl Signer {
    pub(super) fn of(world: &World, received: &Received, now: Timestamp) -> Self {
        let place = received.header("host").and_then(place);
        let region = place.map_or(REGION, |place| place.region).to_owned();
        let Some(scope) = credential(received) else {
            let caller = Caller { region, ..Caller::default() };
            return Self { caller, secrets: Vec::new(), trusting: true, signed: false, expired: false };
        };
        let mut parts = scope.split('/');
        let (named, region) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or(REGION).to_owned());
        let (access_key, project) = named.split_once('@').map_or((named, None), |(key, project)| (key, Some(project)));
        let key = iam::key_of(&world.store, access_key, now);
        let (secrets, trusting) = match (&key, &world.keys) {
            (Some(key), _) => (vec![key.secret_key.clone()], false),
            (None, Some(keys)) => (keys.clone(), false),
            (None, None) => (GUIDES_SECRET_KEYS.map(str::to_owned).to_vec(), true),
        };
        let default_project = key.as_ref().map_or(&world.project, |key| &key.default_project);
        let bearer = key.as_ref().map_or_else(|| format!("user_id:{OWNER}"), |key| key.bearer.clone());
        let project = project.unwrap_or(default_project).to_owned();
        let principals = vec![bearer, format!("project_id:{project}")];
        let grants = world.enforce_permissions.then(|| iam::grants(&world.store, access_key)).flatten();
        let caller = Caller { project: Some(project), grants, principals, region };
        Self { caller, secrets, trusting, signed: true, expired: key.is_some_and(|key| key.expired) }
    }

    /// Returns an error if the request is rejected, whatever its signature is.
    pub(super) fn check(&self) -> S3Result {
        if self.expired {
            return Err(s3_error!(AccessDenied, "Access Denied."));
        }
        if self.signed && self.secrets.is_empty() && !self.trusting {
            return Err(s3_error!(InvalidAccessKeyId, "The Access Key Id you provided does not exist in our records."));
        }
        Ok(())
    }

    /// The secret keys to try, in order; finally `None` if the signature need not match.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Option<&str>> {
        let last = self.trusting.then_some(None);
        self.secrets.iter().map(|secret| Some(secret.as_str())).chain(last)
    }
}

#[async_trait::async_trait]
impl S3Auth for Secret {
    async fn get_secret_key(&self, _: &str) -> S3Result<SecretKey> {
        let unknown = || s3_error!(SignatureDoesNotMatch, "the secret key of this access key is unknown");
        self.0.as_deref().map(SecretKey::from).ok_or_else(unknown)
    }
}

impl S3Host for Host {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        Ok(match place(host) {
            Some(Place { bucket: Some(bucket), region }) => {
                VirtualHost::new(host).with_bucket(bucket).with_region(region)
            }
            Some(Place { bucket: None, region }) => VirtualHost::new(host).with_region(region),
            None => VirtualHost::new(host),
        })
    }
}

/// Parses `s3.<region>.scw.cloud` and `<bucket>.s3.<region>.scw.cloud`, with any port; `None` for other hosts.
pub(super) fn place(host: &str) -> Option<Place<'_>> {
    let name = host.split(':').next().unwrap_or_default();
    let (head, region) = name.strip_suffix(".scw.cloud")?.rsplit_once('.')?;
    match head.strip_suffix("s3")? {
        "" => Some(Place { bucket: None, region }),
        bucket => Some(Place { bucket: Some(bucket.strip_suffix('.')?), region }),
    }
}

/// `<access key>/<day>/<region>/s3/aws4_request`, from the query, the form of a presigned POST, or the header.
pub(super) fn credential(received: &Received) -> Option<String> {
    if let Some((_, scope)) = received.query.iter().find(|(name, _)| name == "X-Amz-Credential") {
        return Some(scope.clone());
    }
    if let Some(scope) = form_field(received, "x-amz-credential") {
        return Some(scope);
    }
    let authorization = received.header("authorization")?;
    let (_, rest) = authorization.split_once("Credential=")?;
    rest.split([',', ' ']).next().map(str::to_owned)
}

/// Whether the request names an access key and has a signature, in its query, its form or its header. The signature is
/// verified when the request is processed.
pub(crate) fn is_signed(received: &Received) -> bool {
    let in_query = received.query.iter().any(|(name, _)| name == "X-Amz-Signature");
    let in_form = || form_field(received, "x-amz-signature").is_some();
    let in_header = || {
        let header = received.header("authorization");
        header.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256") && value.contains("Signature="))
    };
    credential(received).is_some() && (in_query || in_form() || in_header())
}

/// A field of the form of a presigned POST. The file is the last field.
fn form_field(received: &Received, requested: &str) -> Option<String> {
    let content_type = received.header("content-type").filter(|_| received.method == "POST")?;
    let boundary = content_type.strip_prefix("multipart/form-data;")?.split("boundary=").nth(1)?.trim_matches('"');
    let body = String::from_utf8_lossy(&received.body);
    let edge = format!("--{boundary}");
    let mut parts = body.split(&edge).filter_map(|part| part.split_once("\r\n\r\n"));
    let has_name = |head: &str| head.to_ascii_lowercase().contains(&format!("name=\"{requested}\""));
    parts.find_map(|(head, value)| has_name(head).then(|| value.trim_end_matches("\r\n").to_owned()))
}

impl Received {
    /// The request for `s3s`.
    pub(super) fn to_request(&self) -> Request<s3s::Body> {
        let mut request = Request::new(s3s::Body::from(self.body.clone()));
        *request.method_mut() = self.method.parse().unwrap_or_default();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// The request without its signature, and its body without chunks.
pub(super) fn unsigned(received: &Received) -> Received {
    let mut bare = received.clone();
    bare.headers.remove(header::AUTHORIZATION);
    let hash = bare.headers.remove("x-amz-content-sha256");
    if hash.is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING-")) {
        let (body, trailers) = unframed(&bare.body);
        bare.headers.extend(trailers);
        bare.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        bare.headers.remove("x-amz-decoded-content-length");
        bare.body = body;
    }
    let kept = bare.query.iter().filter(|(name, _)| !name.starts_with("X-Amz-"));
    if kept.clone().count() < bare.query.len() {
        let query: Vec<_> = kept.map(|(name, value)| format!("{name}={value}")).collect();
        let bare_uri = format!("{}?{}", bare.uri.path(), query.join("&"));
        bare.uri = bare_uri.parse::<Uri>().unwrap_or(bare.uri);
    }
    bare
}

/// `aws-chunked`: `<size in hex>[;…]\r\n<bytes>\r\n` until a size of 0, then trailing headers.
fn unframed(framed: &Bytes) -> (Bytes, HeaderMap) {
    let (mut rest, mut body, mut trailers) = (&framed[..], Vec::new(), HeaderMap::new());
    let line = |bytes: &[u8]| bytes.windows(2).position(|pair| pair == b"\r\n");
    while let Some(end) = line(rest) {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 2..];
        let size = usize::from_str_radix(head.split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
    for line in String::from_utf8_lossy(rest).split("\r\n") {
        let pair = line.split_once(':').map(|(name, value)| (name.trim().parse(), value.trim().parse()));
        if let Some((Ok::<header::HeaderName, _>(name), Ok::<HeaderValue, _>(value))) = pair {
            trailers.insert(name, value);
        }
    }
    (body.into(), trailers)
}
