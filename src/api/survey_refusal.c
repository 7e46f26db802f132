#include "api/survey_refusal.h"

struct response respond_survey_archived(void) {
    return respond_problem(409, "survey_archived",
                           "the survey is archived and takes no invitations and no answers; PUT it "
                           "with \"archived\": false to open it again");
}

struct response respond_survey_deleted(void) {
    return respond_problem(422, "survey_deleted",
                           "the survey was deleted while this request was on its way; nothing was "
                           "stored");
}
