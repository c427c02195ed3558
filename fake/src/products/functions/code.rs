//! The code of functions: uploads, and the results of deployments.
//!
//! Scaleway returns a URL of Object Storage that is signed for one file of one size. The URL of the fake is on its own
//! port, below [`UPLOADS`], and accepts this file only.

use serde_json::{Value, json};

use super::kinds::FUNCTION;
use crate::call::{Call, Handled, World};
use crate::request::Received;
use crate::response::{ApiError, ApiResponse};
use crate::store::Object;

/// The path of uploads; as recorded, the name of a bucket followed by the region.
pub(crate) const UPLOADS: &str = "/serverless-functions-code-prod-";

/// Code that contains this, in a zip without compression, fails to build: its deployment ends in `error`.
pub(super) const BROKEN: &[u8] = b"does-not-build";

/// As recorded.
const KIND: &str = "application/octet-stream";

pub(super) fn upload_address(call: &mut Call<'_>) -> Handled {
    let (id, region) = (call.id(), call.locality());
    let size = call.query.get("content_length").and_then(Value::as_u64).filter(|size| *size > 0);
    let size = size.ok_or_else(|| ApiError::required("content_length"))?;
    let signature = format!("{:032x}", call.world.rng.u128(..));
    let function = call.change(&FUNCTION, &id)?;
    function.hidden.insert("upload_size".to_owned(), json!(size));
    function.hidden.insert("upload_signature".to_owned(), json!(signature));
    let date = format!("{:.0}", call.now).replace(['-', ':'], "");
    let url = format!(
        "{}{UPLOADS}{region}/uploads/function-{id}.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}\
         &X-Amz-Expires=3600&X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost&X-Amz-Signature={signature}",
        call.world.url
    );
    Ok(json!({ "url": url, "headers": { "content-length": [size.to_string()], "content-type": [KIND] } }))
}

/// Accepts the code of a function. Such requests have a signature instead of an API key.
pub(crate) fn upload(world: &mut World, received: &Received) -> Result<ApiResponse, ApiError> {
    let forbidden = |why: &str| ApiError::message(403, &format!("the signature does not match: {why}"));
    let (region, id) = place(&received.path).ok_or_else(|| ApiError::message(404, "there is no such bucket"))?;
    let function = world.store.get_mut(&FUNCTION, region, id)?;
    let signature = received.query.iter().find(|(name, _)| name == "X-Amz-Signature").map(|(_, value)| value.as_str());
    if received.method != "PUT" || signature != Some(function.hidden_text("upload_signature")) {
        return Err(forbidden("the URL has another signature"));
    }
    let size = function.hidden.get("upload_size").and_then(Value::as_u64);
    if size != u64::try_from(received.body.len()).ok() || received.header("content-type") != Some(KIND) {
        return Err(forbidden("the size or the content type differs"));
    }
    let broken = received.body.windows(BROKEN.len()).any(|window| window == BROKEN);
    function.hidden.insert("code".to_owned(), json!(if broken { "broken" } else { "good" }));
    Ok(ApiResponse::json(200, None))
}

/// The result of a deployment: the error, and the output of the build.
pub(super) fn outcome(function: &Object) -> Result<(), (&'static str, Option<&'static str>)> {
    match function.hidden_text("code") {
        "good" => Ok(()),
        "broken" => Err(("function failed to build", Some("the code contains `does-not-build`"))),
        // As recorded of a function that was changed before its code was uploaded.
        _ => Err(("internal error", None)),
    }
}

/// The region and the function of an upload.
fn place(path: &str) -> Option<(&str, &str)> {
    let (region, file) = path.strip_prefix(UPLOADS)?.split_once("/uploads/function-")?;
    Some((region, file.strip_suffix(".zip")?))
}
