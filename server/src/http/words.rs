//! What the server's own pages say, in the languages of the app.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) welcome: &'static str,
    pub(super) need_link: &'static str,
    pub(super) host_title: &'static str,
    pub(super) host_how: &'static str,
    pub(super) no_space_title: &'static str,
    pub(super) no_space: &'static str,
    pub(super) no_page_title: &'static str,
    pub(super) stops_title: &'static str,
    pub(super) stops: &'static str,
}

pub(super) static ENGLISH: Words = Words {
    language: "en",
    welcome: "Welcome to the square",
    need_link: "You come in by a link. Ask the person who invited you for it, and open it here.",
    host_title: "Do you run this server?",
    host_how: "The link to the open square is printed when the server starts. You make another square like this, with \
               the server's admin token; the answer holds a link for your guests and one for you:",
    no_space_title: "There is no such square",
    no_space: "The link leads to a square that is not on this server. Perhaps it was cut short on its way to you: ask \
               the person who invited you for it again.",
    no_page_title: "There is nothing here",
    stops_title: "Just a moment",
    stops: "The server is starting again. Load the page once more in a few seconds.",
};

static BOKMAAL: Words = Words {
    language: "nb",
    welcome: "Velkommen til torget",
    need_link: "Du kommer inn med en lenke. Be den som inviterte deg om den, og åpne den her.",
    host_title: "Er det du som driver serveren?",
    host_how: "Lenken til det åpne torget skrives ut når serveren starter. Slik lager du et nytt torg, med serverens \
               admin-token; i svaret står en lenke til gjestene og en til deg:",
    no_space_title: "Dette torget finnes ikke",
    no_space: "Lenken går til et torg som ikke er på denne serveren. Kanskje ble den kuttet på veien til deg: be den \
               som inviterte deg om å sende den på nytt.",
    no_page_title: "Her er det ingenting",
    stops_title: "Et lite øyeblikk",
    stops: "Serveren starter på nytt. Last siden igjen om noen sekunder.",
};

static NYNORSK: Words = Words {
    language: "nn",
    welcome: "Velkomen til torget",
    need_link: "Du kjem inn med ei lenkje. Be den som inviterte deg om ho, og opne ho her.",
    host_title: "Er det du som driv tenaren?",
    host_how: "Lenkja til det opne torget blir skriven ut når tenaren startar. Slik lagar du eit nytt torg, med \
               admin-tokenet til tenaren; i svaret står ei lenkje til gjestene og ei til deg:",
    no_space_title: "Dette torget finst ikkje",
    no_space: "Lenkja går til eit torg som ikkje er på denne tenaren. Kanskje vart ho kutta på vegen til deg: be den \
               som inviterte deg om å sende ho på nytt.",
    no_page_title: "Her er det ingenting",
    stops_title: "Ein liten augneblink",
    stops: "Tenaren startar på nytt. Last sida igjen om nokre sekund.",
};

static DANISH: Words = Words {
    language: "da",
    welcome: "Velkommen til torvet",
    need_link: "Du kommer ind med et link. Bed den, der inviterede dig, om det, og åbn det her.",
    host_title: "Er det dig, der driver serveren?",
    host_how: "Linket til det åbne torv skrives ud, når serveren starter. Sådan laver du et nyt torv, med serverens \
               admin-token; i svaret står et link til gæsterne og et til dig:",
    no_space_title: "Det torv findes ikke",
    no_space: "Linket fører til et torv, som ikke er på denne server. Måske blev det kortet af på vejen til dig: bed \
               den, der inviterede dig, om at sende det igen.",
    no_page_title: "Her er der ingenting",
    stops_title: "Et lille øjeblik",
    stops: "Serveren starter igen. Genindlæs siden om nogle sekunder.",
};

static SWEDISH: Words = Words {
    language: "sv",
    welcome: "Välkommen till torget",
    need_link: "Du kommer in med en länk. Be den som bjöd in dig om den och öppna den här.",
    host_title: "Är det du som driver servern?",
    host_how: "Länken till det öppna torget skrivs ut när servern startar. Så här skapar du ett nytt torg, med \
               serverns admin-token; i svaret finns en länk till gästerna och en till dig:",
    no_space_title: "Det torget finns inte",
    no_space: "Länken går till ett torg som inte finns på den här servern. Kanske kapades den på vägen till dig: be \
               den som bjöd in dig att skicka den igen.",
    no_page_title: "Här finns ingenting",
    stops_title: "Ett litet ögonblick",
    stops: "Servern startar om. Ladda sidan igen om några sekunder.",
};

/// The words in the language that the reader's browser asks for first, of those that there are.
pub(super) fn for_reader(headers: &HeaderMap) -> &'static Words {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut wanted: Vec<(&str, f32)> = wanted.split(',').map(weighted).collect();
    wanted.sort_by(|left, right| right.1.total_cmp(&left.1));
    wanted.iter().find_map(|(tag, _)| words(tag)).unwrap_or(&ENGLISH)
}

fn weighted(item: &str) -> (&str, f32) {
    let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
    (tag.trim(), weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0))
}

fn words(tag: &str) -> Option<&'static Words> {
    let language = tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    Some(match language.as_str() {
        "en" => &ENGLISH,
        "nb" | "no" => &BOKMAAL,
        "nn" => &NYNORSK,
        "da" => &DANISH,
        "sv" => &SWEDISH,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[track_caller]
    fn check(header: &'static str, language: &str) {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
        assert_eq!(for_reader(&headers).language, language, "{header}");
    }

    #[test]
    fn readers_get_their_language() {
        check("nb-NO,nb;q=0.9,en;q=0.5", "nb");
        check("de;q=1.0, sv;q=0.4, da;q=0.7", "da");
        check("no", "nb");
        check("nn-NO", "nn");
        check("fi", "en");
        check("", "en");
        check("en;q=loud, sv;q=0.5", "en");
    }
}
