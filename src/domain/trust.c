#include "domain/trust.h"

#include <string.h>

#include "base/array.h"
#include "base/time.h"

#define TOO_FAST_US       US_PER_SECOND
#define FAST_US           (US_PER_SECOND * 3 / 2)
#define CONSIDERED_US     (US_PER_SECOND * 3) /* machines type at once */
#define VIEWED_AT_ONCE_US (US_PER_SECOND * 10)
#define LONE_ANSWER_US    (US_PER_SECOND * 60)

static const struct {
    const char *name;
    int points;
} reasons[REASONS] = {
    [REASON_TOO_FAST] = {"too_fast", 3},
    [REASON_FAST] = {"fast", 2},
    [REASON_TRAP] = {"trap", 4},
    [REASON_CROSS_SITE] = {"cross_site", 3},
    [REASON_BURST] = {"burst", 3},
    [REASON_SCANNER_AGENT] = {"scanner_agent", 2},
    [REASON_VIEWED_AT_ONCE] = {"viewed_at_once", 1},
    [REASON_UNCHANGED] = {"unchanged", 1},
    [REASON_MOVED] = {"moved", 1},
    [REASON_LONE_ANSWER] = {"lone_answer", 3},
    [REASON_CONSIDERED] = {"considered", -3},
};

/* No comment makes up for these: what fills every field fills the comment as well. */
#define NEVER_EXCUSED (1U << REASON_TOO_FAST | 1U << REASON_TRAP | 1U << REASON_CROSS_SITE)

static const char *const scanner_agents[] = {
    "Slackbot",
    "Slack-ImgProxy",
    "facebookexternalhit",
    "facebot",
    "WhatsApp/",
    "TelegramBot",
    "Twitterbot",
    "LinkedInBot",
    "Discordbot",
    "SkypeUriPreview",
    "MicrosoftPreview",
    "BingPreview",
    "bingbot",
    "Googlebot",
    "GoogleImageProxy",
    "Google-Safety",
    "Applebot",
    "YandexBot",
    "DuckDuckBot",
    "Baiduspider",
    "Barracuda",
    "Proofpoint",
    "Mimecast",
    "Trend Micro",
    "Symantec",
    "Sophos",
    "FireEye",
    "Microsoft Office",
    "ms-office",
    "Microsoft URL",
    "SafeLinks",
    "MSOffice",
    "urlscan",
    "VirusTotal",
    "Embedly",
    "redditbot",
    "Mattermost-Bot",
    "Viber",
    "Iframely",
    "crawler",
    "Cisco-IronPort",
    "Mail.RU_Bot",
    "ZoomInfoBot",
    "link preview",
};

const char *reason_name(enum reason reason) {
    return reasons[reason].name;
}

bool scanner_agent(const char *user_agent) {
    for (size_t i = 0; user_agent && i < COUNT(scanner_agents); i++) {
        if (strcasestr(user_agent, scanner_agents[i])) {
            return true;
        }
    }
    return false;
}

static bool within(int64_t duration_us, int64_t limit_us) {
    return duration_us != TIME_NONE && duration_us < limit_us;
}

static unsigned when(bool claim, enum reason reason) {
    return claim ? 1U << reason : 0;
}

static unsigned speed(const struct evidence *evidence, int64_t too_fast_us) {
    return when(within(evidence->elapsed_us, too_fast_us), REASON_TOO_FAST) |
           when(evidence->elapsed_us >= too_fast_us && within(evidence->elapsed_us, FAST_US),
                REASON_FAST);
}

static unsigned form_misuse(const struct evidence *evidence) {
    return when(evidence->trap_filled, REASON_TRAP) | when(evidence->cross_site, REASON_CROSS_SITE);
}

static unsigned circumstances(const struct evidence *evidence) {
    bool terse = evidence->unchanged && !evidence->commented;
    bool changed = evidence->preselected && !evidence->unchanged;
    bool considered = (evidence->commented || changed) && evidence->elapsed_us >= CONSIDERED_US;
    return when(evidence->burst_values >= 2, REASON_BURST) |
           when(evidence->scanner_agent, REASON_SCANNER_AGENT) |
           when(within(evidence->sent_to_first_view_us, VIEWED_AT_ONCE_US), REASON_VIEWED_AT_ONCE) |
           when(terse, REASON_UNCHANGED) | when(evidence->moved, REASON_MOVED) |
           when(terse && evidence->only_question &&
                    within(evidence->sent_to_submit_us, LONE_ANSWER_US),
                REASON_LONE_ANSWER) |
           when(considered, REASON_CONSIDERED);
}

static int sum_of(unsigned set) {
    int points = 0;
    for (size_t i = 0; i < REASONS; i++) {
        points += set & 1U << i ? reasons[i].points : 0;
    }
    return points;
}

static int at_least_zero(int points) {
    return points > 0 ? points : 0;
}

struct suspicion weigh(const struct evidence *evidence, int provisional_at) {
    struct suspicion suspicion = {.reasons = form_misuse(evidence)};
    if (evidence->confirming) {
        /* Whoever reads the question and says yes answers for all the other clues. */
        suspicion.reasons |= speed(evidence, FAST_US);
    } else {
        suspicion.reasons |= speed(evidence, TOO_FAST_US) | circumstances(evidence);
    }
    suspicion.points = sum_of(suspicion.reasons & NEVER_EXCUSED) +
                       at_least_zero(sum_of(suspicion.reasons & ~NEVER_EXCUSED));
    suspicion.trust = suspicion.points >= provisional_at ? TRUST_PROVISIONAL : TRUST_CONFIRMED;
    return suspicion;
}
