//! Objects: the content is uploaded, and headers are changed by copying the object onto itself.
//!
//! A descriptor is not sufficient because the content is binary data from a file, an asset or a string, which is read when
//! it is sent; because whether it is sent again depends on what changed; and because both kinds of update remove the tags
//! or the grants, which are then set again. Assumes that a copy with the directive REPLACE keeps only the content and the
//! tags.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use catalog::Source;
use value::{Data, Value};

use super::calls::own;
use super::prelude::*;
use crate::context::Patience;
use crate::{content, request};

/// See the module.
pub(super) struct Item;

/// The inputs with the content.
const SOURCES: [&str; 4] = ["asset", "file", "content", "contentBase64"];

#[async_trait]
impl Handler for Item {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        upload(cx, scope, inputs).await.map(Some)
    }

    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        // Neither an upload nor a copy keeps the grants, unless they are sent again.
        if let (None, Some(visibility)) = (wire::get(&scope.desired, "acl"), transition.olds.text("visibility")) {
            scope.desired.insert("acl".to_owned(), json!(visibility));
        }
        let is_given = SOURCES.iter().any(|name| transition.news.given(name).is_some());
        if transition.changes(&SOURCES) || (transition.changes(&["hash", "sseCustomerKey"]) && is_given) {
            upload(cx, scope, transition.news).await?;
            // The upload is a new object, without tags.
            let tags = cx.resource.update.iter().find(|step| step.fields().iter().any(|field| field == "tags"));
            let tagged = wire::get(&scope.desired, "tags").is_some_and(|tags| !wire::is_empty(tags));
            if let (Some(step), true) = (tags, tagged) {
                cx.perform(step, scope, step.fields(), false).await?;
            }
            return Ok(true);
        }
        if transition.changes(&["sseCustomerKey"]) {
            let fact = "a change of the encryption key requires the content, which the program does not set";
            let hint = "set `asset`, `file`, `content` or `contentBase64`";
            return Err(Error::new(ErrorKind::Invalid, fact).hint(hint));
        }
        // An upload and a copy send these headers.
        if !transition.changes(&["contentType", "metadata", "storageClass"]) {
            return Ok(false);
        }
        copy(cx, scope).await.map(|()| true)
    }
}

/// Uploads the content with its headers.
async fn upload(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Json> {
    let Some(step) = cx.resource.create.first() else { return Ok(Json::Null) };
    let mut call = request::call(step, scope, step.fields())?;
    if let Some(storage) = call.storage.as_mut() {
        storage.content = Some(content_of(cx, inputs).await?);
    }
    Ok(cx.send(call, Patience::default()).await?.body)
}

/// The content of the program; empty if it sets none.
async fn content_of(cx: &Context<'_>, inputs: &Object) -> Result<Bytes> {
    if let Some(Data::Asset(asset)) = inputs.given("asset").map(Value::data) {
        return content::asset(cx.files, "asset", asset).await;
    }
    if let Some(path) = inputs.text("file") {
        return content::file(cx.files, "file", path).await;
    }
    if let Some(text) = inputs.text("contentBase64") {
        let wrong = |_| Error::new(ErrorKind::Invalid, "`contentBase64` is not valid base64");
        return BASE64.decode(text).map(Bytes::from).map_err(wrong);
    }
    Ok(inputs.text("content").map(|text| Bytes::from(text.to_owned())).unwrap_or_default())
}

/// Copies the object onto itself, with other headers.
async fn copy(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    let mut step = own(cx, "CopyObject", None, &[])?;
    for name in ["bucket", "key"] {
        step.call.parameters.insert(name.to_owned(), Source::Property(name.to_owned()));
    }
    let mut call = request::call(&step, scope, step.fields())?;
    // In the form of the path, so that every character of the key is escaped once.
    let source = call.path.trim_start_matches('/').replace("%2F", "/");
    if let Some(Json::Object(fields)) = call.body.as_mut() {
        fields.insert("copy_source".to_owned(), json!(source));
        fields.insert("metadata_directive".to_owned(), json!("REPLACE"));
        for name in ["sse_customer_algorithm", "sse_customer_key", "sse_customer_key_md5"] {
            if let Some(json) = fields.get(name).cloned() {
                fields.insert(format!("copy_source_{name}"), json);
            }
        }
    }
    cx.send(call, Patience::default()).await.map(drop)
}
