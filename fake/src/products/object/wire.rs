//! Converts the responses of `s3s` to Scaleway's form.
//!
//! Only the root element is changed: its content is the same in both.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};

const NAMESPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const TEXT_XML: &str = "text/xml; charset=utf-8";
const APPLICATION_XML: &str = "application/xml";

/// The root elements that differ: the name in `s3s`, Scaleway's name, whether it has a namespace, and the content type;
/// all as recorded.
const ROOTS: [(&str, &str, bool, &str); 10] = [
    ("AccessControlPolicy", "AccessControlPolicy", true, TEXT_XML),
    ("CORSConfiguration", "CORSConfiguration", false, TEXT_XML),
    ("CopyObjectResult", "CopyObjectResult", true, TEXT_XML),
    ("LifecycleConfiguration", "Configuration", false, TEXT_XML),
    ("ListBucketResult", "ListBucketResult", true, APPLICATION_XML),
    ("ObjectLockConfiguration", "ObjectLockConfiguration", true, TEXT_XML),
    ("ServerSideEncryptionConfiguration", "ServerSideEncryptionConfiguration", false, TEXT_XML),
    ("Tagging", "Tagging", false, TEXT_XML),
    ("VersioningConfiguration", "VersioningConfiguration", false, TEXT_XML),
    ("WebsiteConfiguration", "WebsiteConfiguration", true, TEXT_XML),
];

/// The errors that contain the bucket, as recorded.
const NAMING_THE_BUCKET: [&str; 2] = ["NoSuchLifecycleConfiguration", "NoSuchTagSet"];

/// The messages of errors for which `s3s` has none.
const MESSAGES: [(&str, &str); 7] = [
    ("AccessDenied", "Access Denied."),
    ("InvalidBucketName", "The specified bucket is not valid."),
    ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"),
    ("NoSuchBucket", "The specified bucket does not exist"),
    ("NoSuchKey", "The specified key does not exist."),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."),
    ("NotImplemented", "the fake does not serve this operation"),
];

/// Whether `s3s` rejected the request because of its signature. Such responses are in memory.
pub(super) fn is_wrong_signature(response: &s3s::HttpResponse) -> bool {
    let body = response.body().bytes().unwrap_or_default();
    element(&String::from_utf8_lossy(&body), "Code") == Some("SignatureDoesNotMatch")
}

/// The response of `s3s` in Scaleway's form.
pub(super) async fn translate(
    response: s3s::HttpResponse,
    path: &str,
    request_id: &str,
    method: &str,
) -> Response<Bytes> {
    let (mut parts, body) = response.into_parts();
    // The body is in memory, so reading it cannot fail.
    let body = to_bytes(Body::new(body), usize::MAX).await.unwrap_or_default();
    if parts.status.as_u16() >= 400 {
        let text = String::from_utf8_lossy(&body);
        let code = element(&text, "Code").unwrap_or("InternalError");
        let usual = MESSAGES.iter().find(|(other, _)| *other == code).map_or("", |(_, message)| message);
        let message = element(&text, "Message").unwrap_or(usual);
        let mut answer = error(parts.status.as_u16(), code, message, path, request_id);
        if method == "HEAD" {
            *answer.body_mut() = Bytes::new();
        }
        return answer;
    }
    // As recorded: a put of a policy returns 200; `s3s` returns 204.
    if method == "PUT" && parts.status == StatusCode::NO_CONTENT {
        parts.status = StatusCode::OK;
    }
    // Only contents of objects have the header `ETag`; they are not changed.
    let (body, content_type) = if parts.headers.contains_key(header::ETAG) { (body, None) } else { good(&body) };
    if let Some(content_type) = content_type {
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        parts.headers.remove(header::CONTENT_LENGTH);
    } else if !parts.headers.contains_key(header::CONTENT_TYPE) {
        // As recorded: policies are plain text, and the response to HEAD of a bucket has the content type of XML and no
        // body.
        let bucket = parts.headers.contains_key("x-amz-bucket-region");
        if bucket || !body.is_empty() {
            let content_type = if bucket { APPLICATION_XML } else { "text/plain; charset=utf-8" };
            parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
    }
    with_ids(Response::from_parts(parts, body), request_id)
}

/// An error as recorded: without declaration and namespace.
pub(super) fn error(status: u16, code: &str, message: &str, path: &str, request_id: &str) -> Response<Bytes> {
    let resource = path.trim_end_matches('/');
    let bucket = if NAMING_THE_BUCKET.contains(&code) {
        format!("<BucketName>{}</BucketName>", resource.trim_start_matches('/').split('/').next().unwrap_or_default())
    } else {
        String::new()
    };
    let body = format!(
        "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId>\
         <HostId>{request_id}</HostId><Resource>{resource}</Resource>{bucket}</Error>"
    );
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(APPLICATION_XML));
    with_ids(response, request_id)
}

fn with_ids(mut response: Response<Bytes>, request_id: &str) -> Response<Bytes> {
    for name in ["x-amz-request-id", "x-amz-id-2"] {
        if let Ok(id) = HeaderValue::from_str(request_id) {
            response.headers_mut().insert(name, id);
        }
    }
    response
}

/// A successful body with Scaleway's root element, and its content type if it differs.
fn good(body: &Bytes) -> (Bytes, Option<&'static str>) {
    let same = (body.clone(), None);
    let Some(xml) = body.strip_prefix(b"<?xml").and_then(|_| std::str::from_utf8(body).ok()) else {
        return same;
    };
    let Some((_, xml)) = xml.split_once("?>") else {
        return same;
    };
    let found = ROOTS.iter().find(|(root, ..)| {
        xml.strip_prefix('<')
            .and_then(|xml| xml.strip_prefix(root))
            .is_some_and(|rest| rest.starts_with(['>', ' ', '/']))
    });
    let Some((root, name, namespace, content_type)) = found else {
        return same;
    };
    let inner = match (xml.find('>'), xml.rfind("</")) {
        (Some(start), Some(end)) if start < end => &xml[start + 1..end],
        _ => "",
    };
    // As recorded: a bucket whose versioning was never set has an empty status.
    let inner = if *root == "VersioningConfiguration" && inner.is_empty() { "<Status></Status>" } else { inner };
    let namespace = if *namespace { NAMESPACE } else { "" };
    (Bytes::from(format!("{DECLARATION}<{name}{namespace}>{inner}</{name}>")), Some(content_type))
}

/// The text of the first element with this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_element_is_replaced_and_its_content_kept() {
        let body = Bytes::from(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><LifecycleConfiguration{NAMESPACE}><Rule/></LifecycleConfiguration>"
        ));
        let (body, content_type) = good(&body);
        assert_eq!(body, format!("{DECLARATION}<Configuration><Rule/></Configuration>"));
        assert_eq!(content_type, Some(TEXT_XML));
    }

    #[test]
    fn content_that_is_xml_is_not_changed() {
        for text in ["<?xml version=\"1.0\"?><TaggingOther/>", "<Tagging/>", ""] {
            assert_eq!(good(&Bytes::from(text)).0, text);
        }
    }
}
