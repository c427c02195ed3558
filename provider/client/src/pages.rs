//! Pagination: reads all pages of a list.
//!
//! Scaleway's APIs use `page`, `page_size` and `total_count`; the one of Instances uses `per_page` and the header
//! `X-Total-Count`, that of Audit Trail uses `page_token`, and Object Storage uses `continuation-token`. Lists of queues and
//! topics are complete: Scaleway documents `NextToken` of their protocols as not supported. It is used if it is returned.

use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Undecoded};
use crate::response::Response;

/// The page size unless the call sets another. The default of the API is 20; recorded calls with 1000 were accepted, and
/// smaller pages than requested are accepted.
const PAGE_SIZE: usize = 100;
/// A list with more pages than this is an error.
const MOST_PAGES: usize = 1000;

/// The result of [`Client::list_up_to`].
#[derive(Clone, Debug, PartialEq)]
pub enum Pages {
    /// The elements of all pages.
    All(Vec<Value>),
    /// The list has this number of pages, which is more than allowed.
    More(usize),
}

impl Client {
    /// Sends a list call for each page, and returns the elements of all pages: those of the field `items`.
    ///
    /// The query of the call may set `page_size`, but not `page`. If the list changes between two pages, an element may be
    /// returned twice or not at all, so an absent element may still exist. More than 1000 pages, or a response without
    /// `items`, is an [`Error::Decode`].
    pub async fn list(&self, call: Call, items: &str) -> Result<Vec<Value>, Error> {
        if call.storage.is_some() {
            return self.list_on(&call, items).await;
        }
        if call.messaging.is_some() {
            return self.list_by_token(&call, items, "NextToken", "NextToken").await;
        }
        if call.format.has_tokens {
            let call = call.query("page_size", PAGE_SIZE.to_string());
            return self.list_by_token(&call, items, "page_token", "next_page_token").await;
        }
        match self.list_up_to(call.clone(), items, MOST_PAGES).await? {
            Pages::All(elements) => Ok(elements),
            Pages::More(_) => Err(too_long(&call)),
        }
    }

    /// The same for at most this number of pages. If the first page shows that the list has more, no other page is read.
    pub async fn list_up_to(&self, mut call: Call, items: &str, most: usize) -> Result<Pages, Error> {
        let size = call.format.page_size.clone().unwrap_or_else(|| "page_size".to_owned());
        if !call.query.iter().any(|(name, _)| *name == size) {
            call.query.push((size, PAGE_SIZE.to_string()));
        }
        let mut elements = Vec::new();
        for page in 1..=most.min(MOST_PAGES) {
            let answer = self.send(call.clone().query("page", page.to_string())).await?;
            let Some(total) = take_page(&call, answer, items, &mut elements)? else { return Ok(Pages::All(elements)) };
            let pages = total.div_ceil(elements.len().div_ceil(page).max(1));
            if pages > most {
                return Ok(Pages::More(pages));
            }
        }
        Err(too_long(&call))
    }

    /// A list whose responses, except for the last, contain the token of the next page: the names of the parameter and of
    /// the field with it.
    async fn list_by_token(&self, call: &Call, items: &str, parameter: &str, field: &str) -> Result<Vec<Value>, Error> {
        let mut elements = Vec::new();
        let mut next = call.clone();
        for _ in 0..MOST_PAGES {
            let Response { mut body, request_id, .. } = self.send(next).await?;
            match body.get_mut(items).map(Value::take) {
                Some(Value::Array(page)) => elements.extend(page),
                // The protocols of AWS omit empty lists.
                _ if call.messaging.is_some() => {}
                _ => return Err(undecoded(call, format!("it has no list \"{items}\""), request_id)),
            }
            let token = body.get(field).and_then(Value::as_str).filter(|token| !token.is_empty());
            let Some(token) = token else { return Ok(elements) };
            next = call.clone().query(parameter, token);
        }
        Err(too_long(call))
    }

    /// A list of Object Storage: each response except the last contains the token of the next page.
    async fn list_on(&self, call: &Call, items: &str) -> Result<Vec<Value>, Error> {
        let mut elements = Vec::new();
        let mut next = call.clone();
        for _ in 0..MOST_PAGES {
            let Response { mut body, request_id, .. } = self.send(next).await?;
            // XML does not contain empty lists.
            if let Some(Value::Array(page)) = body.get_mut(items).map(Value::take) {
                elements.extend(page);
            }
            if body.get("is_truncated") != Some(&Value::Bool(true)) {
                return Ok(elements);
            }
            let Some(token) = body.get("next_continuation_token").and_then(Value::as_str) else {
                return Err(undecoded(
                    call,
                    "it is truncated, but has no `NextContinuationToken`".to_owned(),
                    request_id,
                ));
            };
            next = call.clone().query("continuation-token", token);
        }
        Err(too_long(call))
    }
}

/// Appends the elements of a page; returns the number of elements of the list, unless this is the last page.
fn take_page(call: &Call, answer: Response, items: &str, elements: &mut Vec<Value>) -> Result<Option<usize>, Error> {
    let Response { mut body, request_id, total, .. } = answer;
    let page = match body.get_mut(items).map(Value::take) {
        Some(Value::Array(page)) => page,
        // No recorded list is null. A null list with a count of zero is accepted as empty.
        Some(Value::Null) if body.get("total_count").and_then(Value::as_u64) == Some(0) => Vec::new(),
        _ => return Err(undecoded(call, format!("it has no list \"{items}\""), request_id)),
    };
    let empty = page.is_empty();
    elements.extend(page);
    let counted = body.get("total_count").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    let total = counted.or(total);
    // A page may be shorter than requested, so only the count or an empty page end the list. Without a count the first
    // page is the whole list.
    Ok(total.filter(|total| !empty && elements.len() < *total))
}

fn too_long(call: &Call) -> Error {
    undecoded(call, format!("its list has more than {MOST_PAGES} pages"), None)
}

fn undecoded(call: &Call, what: String, request_id: Option<String>) -> Error {
    Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id)))
}
