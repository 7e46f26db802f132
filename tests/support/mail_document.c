/* Prints the HTML of the mail in a language: mail_document LANGUAGE [FIRST-QUESTION [reminder]]. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "pages/invitation_mail.h"

int main(int count, char **arguments) {
    struct survey survey = SURVEY_DEFAULT;
    struct invitation invitation = INVITATION_NONE;
    struct invitation_mail mail;
    char display_name[] = "Harbour & Söhne";
    char customer[] = "Kim Öztürk";
    const struct invitation_links links = {"https://survey.example/s/TOKEN",
                                           "https://survey.example/u/TOKEN"};
    if (count < 2 ||
        (count > 2 && !question_from_name(arguments[2], &survey.questions[0].question))) {
        return EXIT_FAILURE;
    }
    survey.display_name = display_name;
    invitation.contact.language = arguments[1];
    invitation.contact.customer_name = customer;
    invitation.expires_at_us = time_now_us() + 30 * US_PER_DAY;
    if (!invitation_mail_compose(&survey, &invitation, &links, count > 3, &mail)) {
        return EXIT_FAILURE;
    }
    fputs(mail.html, stdout);
    invitation_mail_clear(&mail);
    return EXIT_SUCCESS;
}
