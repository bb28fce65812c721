//! The web app's files, as they were built into the program: compressed, tagged, and cached as long as may be.

use super::pages;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// A file of the web app.
struct WebFile {
    /// Its path below the root, without a slash in front.
    path: &'static str,
    /// A hash of its content.
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

// Written by build.rs: `FILES`, sorted by path, and `NOT_BUILT`, why there are none.
include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// The app's page.
pub(super) fn app(headers: &HeaderMap) -> Response {
    match find("index.html") {
        Some(file) => serve(file, headers),
        None => pages::not_built(NOT_BUILT.unwrap_or("it has no index.html")),
    }
}

/// Any other file of the app.
pub(super) async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    // The page itself belongs to a space; without one it has nothing to show.
    match find(path).filter(|file| file.path != "index.html") {
        Some(file) => serve(file, request.headers()),
        None => pages::no_such_page(request.headers()),
    }
}

fn find(path: &str) -> Option<&'static WebFile> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &FILES[index])
}

fn serve(file: &'static WebFile, headers: &HeaderMap) -> Response {
    let accepts = |encoding| headers.get_all(ACCEPT_ENCODING).iter().any(|value| accepts(value, encoding));
    let (content, encoding) = match (file.brotli, file.gzip) {
        (Some(brotli), _) if accepts("br") => (brotli, Some("br")),
        (_, Some(gzip)) if accepts("gzip") => (gzip, Some("gzip")),
        _ => (file.plain, None),
    };
    // Each coding is another representation, so it has another tag (RFC 9110, section 8.8.3.3).
    let tag = format!("\"{}{}\"", file.tag, encoding.map(|coding| format!("-{coding}")).unwrap_or_default());
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(content).into_response(),
    };
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(file.path)));
    answer.insert(ETAG, HeaderValue::from_str(&tag).expect("a tag is hexadecimal"));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // Vite writes a hash into the names of all that lies under assets/: those never change.
    let is_forever = file.path.starts_with("assets/");
    let cache = if is_forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = encoding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether a list of codings names this one, and not with a weight of nothing.
fn accepts(value: &HeaderValue, encoding: &str) -> bool {
    let Ok(list) = value.to_str() else { return false };
    list.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case(encoding) && weight > 0.0
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &'static str, brotli: bool) {
        assert_eq!(accepts(&HeaderValue::from_static(list), "br"), brotli, "{list}");
    }

    #[test]
    fn codings_are_taken_as_offered() {
        check("gzip, deflate, br, zstd", true);
        check("br;q=0.8", true);
        check("br;q=0", false);
        check("gzip", false);
        check("brotli", false);
    }

    fn headers(pairs: &[(axum::http::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        static FILE: WebFile = WebFile {
            path: "assets/app-1a2b.js",
            tag: "1a2b",
            plain: b"plain",
            brotli: Some(b"br"),
            gzip: Some(b"gz"),
        };
        let first = serve(&FILE, &headers(&[(ACCEPT_ENCODING, "gzip, br")]));
        assert_eq!(first.headers()[CONTENT_ENCODING], "br");
        assert_eq!(first.headers()[ETAG], "\"1a2b-br\"");
        assert!(first.headers()[CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        let again = serve(&FILE, &headers(&[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, "\"0\", W/\"1a2b-br\"")]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let plain = serve(&FILE, &headers(&[(IF_NONE_MATCH, "\"1a2b-br\"")]));
        assert_eq!((plain.status(), plain.headers()[ETAG].to_str().ok()), (StatusCode::OK, Some("\"1a2b\"")));
    }
}
