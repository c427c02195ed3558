//! Marketplace images: the image for a label depends on the type of the server, which a list of the image contains.
//!
//! A descriptor is not sufficient because it selects an element of a list by equal fields.

use super::prelude::*;

/// See the module.
pub(super) struct Image;

const LIST: &str = "marketplace.v2:ListLocalImages";

#[async_trait]
impl Handler for Image {
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let text = |field: &str| scope.desired_field(field).and_then(Json::as_str).unwrap_or_default().to_owned();
        let is_local = text("type") != "instance_sbs";
        let image = find(cx, scope, &text("label"), &text("instance_type"), is_local).await?;
        scope.answers.insert("id".to_owned(), image["id"].clone());
        Ok(())
    }
}

/// The image with a label for servers of a type, with a local root volume or one of Block Storage.
pub(super) async fn find(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    label: &str,
    server: &str,
    is_local: bool,
) -> Result<Json> {
    let label = label.replace('-', "_");
    let kind = if is_local { "instance_local" } else { "instance_sbs" };
    let zone = scope.locality().unwrap_or_default();
    let parameters = [("image_label", label.as_str()), ("zone", zone), ("type", kind), ("order_by", "type_asc")];
    let images = list(cx, scope, LIST, &parameters).await?;
    images.iter().find(|image| is_for(image, server)).cloned().ok_or_else(|| {
        let storage = if is_local { "a local root volume" } else { "a root volume of Block Storage" };
        let fact =
            format!("the marketplace has no image `{label}` for servers of the type {server} with {storage} in {zone}");
        let hint = "check the label, or use the ID of an image; `scw marketplace image list` lists the labels";
        Error::new(ErrorKind::NotFound, fact).hint(hint).of_kind(ErrorKind::Invalid)
    })
}

/// Whether servers of a type can use an image.
fn is_for(image: &Json, server: &str) -> bool {
    let mut types = image["compatible_commercial_types"].as_array().into_iter().flatten().filter_map(Json::as_str);
    types.any(|other| other.eq_ignore_ascii_case(server))
}

/// Reads the label of the image of a server, if the marketplace still has the image.
pub(super) async fn read_label(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let Some(id) = wire::text(&scope.answers, "image.id").map(str::to_owned) else { return Ok(()) };
    match call(cx, scope, "marketplace.v2:GetLocalImage", None, &[("local_image_id", &id)]).await {
        Ok(image) => drop(scope.answers.insert("image_label".to_owned(), image["label"].clone())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

#[cfg(test)]
#[path = "instance_marketplace_image_tests.rs"]
mod tests;
