//! Passwords of database users and Redis users.

use crate::response::ApiError;

/// As the API document of the SDKs states, in the words of a published error.
pub(crate) fn check(password: &str) -> Result<(), ApiError> {
    let has = |class: fn(char) -> bool| password.chars().any(class);
    let right = (8..=128).contains(&password.chars().count())
        && has(char::is_numeric)
        && has(char::is_uppercase)
        && has(char::is_lowercase)
        && has(|one| !one.is_alphanumeric());
    if right {
        return Ok(());
    }
    let help = "password must be between 8 and 128 characters, contain at least one digit, one uppercase, one lowercase and one \
                special character";
    Err(ApiError::constraint("password", help))
}
