#include "api/survey_refusal.h"

struct response respond_survey_archived(void) {
    return respond_problem(409, "survey_archived",
                           "the survey is archived and takes no invitations and no answers; PUT it "
                           "with \"archived\": false to open it again");
}
