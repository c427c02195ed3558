//! Reads a whole list: page after page until everything counted is there.
//!
//! Knows the two ways in which lists are paged, not what is listed: Scaleway's (`page`, `page_size`, `total_count`), and
//! that of Object Storage, whose answers tell where the next one begins (`continuation-token`).

use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Undecoded};

/// Asked for unless the call says otherwise. The default is 20; 1000 was accepted as recorded, and a server that
/// gives less than was asked for does no harm.
const PAGE_SIZE: usize = 100;
/// A list that goes on longer than this is broken.
const MOST_PAGES: usize = 1000;

impl Client {
    /// Sends a list call for each of its pages and returns the elements of all, found under the name `items`.
    ///
    /// `page_size` may be set in the call's query; `page` must not. A list that changes meanwhile may show an element
    /// twice or not at all, so that missing there is a hint and no proof. More than 1000 pages, or an answer without
    /// `items`, is an [`Error::Decode`].
    pub async fn list(&self, mut call: Call, items: &str) -> Result<Vec<Value>, Error> {
        if call.storage.is_some() {
            return self.list_on(&call, items).await;
        }
        if !call.query.iter().any(|(name, _)| name == "page_size") {
            call.query.push(("page_size".to_owned(), PAGE_SIZE.to_string()));
        }
        let mut elements = Vec::new();
        for page in 1..=MOST_PAGES {
            let answer = self.send(call.clone().query("page", page.to_string())).await?;
            if take_page(&call, answer, items, &mut elements)? {
                return Ok(elements);
            }
        }
        Err(undecoded(&call, format!("its list has more than {MOST_PAGES} pages"), None))
    }

    /// A list of Object Storage: each answer but the last tells where the next one begins.
    async fn list_on(&self, call: &Call, items: &str) -> Result<Vec<Value>, Error> {
        let mut elements = Vec::new();
        let mut next = call.clone();
        for _ in 0..MOST_PAGES {
            let Answer { mut body, request_id, .. } = self.send(next).await?;
            // XML has no empty list: there is no element then.
            if let Some(Value::Array(page)) = body.get_mut(items).map(Value::take) {
                elements.extend(page);
            }
            if body.get("is_truncated") != Some(&Value::Bool(true)) {
                return Ok(elements);
            }
            let Some(token) = body.get("next_continuation_token").and_then(Value::as_str) else {
                return Err(undecoded(call, "it goes on, and does not tell where".to_owned(), request_id));
            };
            next = call.clone().query("continuation-token", token);
        }
        Err(undecoded(call, format!("its list has more than {MOST_PAGES} pages"), None))
    }
}

/// Moves a page's elements; true when it was the last.
fn take_page(call: &Call, answer: Answer, items: &str, elements: &mut Vec<Value>) -> Result<bool, Error> {
    let Answer { mut body, request_id, .. } = answer;
    let page = match body.get_mut(items).map(Value::take) {
        Some(Value::Array(page)) => page,
        // No recorded list is null. One that counts its elements to zero is empty all the same.
        Some(Value::Null) if body.get("total_count").and_then(Value::as_u64) == Some(0) => Vec::new(),
        _ => return Err(undecoded(call, format!("it has no list \"{items}\""), request_id)),
    };
    let empty = page.is_empty();
    elements.extend(page);
    let total = body.get("total_count").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    // A page may be shorter than asked for, so only the count or an empty page end the list. Without a count the
    // first page is all there is.
    Ok(empty || total.is_none_or(|total| elements.len() >= total))
}

fn undecoded(call: &Call, what: String, request_id: Option<String>) -> Error {
    Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id)))
}
