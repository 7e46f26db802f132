/* How an operation ended, in the words of the domain. One enum for everything below api/. */
#ifndef BASE_OUTCOME_H
#define BASE_OUTCOME_H

enum outcome {
    OUTCOME_OK,
    OUTCOME_NOT_FOUND,
    OUTCOME_CONFLICT,
    OUTCOME_UNAVAILABLE, /* worth a retry: no connection, serialization failure, deadline, queue
                            full */
    OUTCOME_REJECTED,    /* the database refused the data itself (SQLSTATE class 22 or 23) */
    OUTCOME_FAILED,      /* a bug or a broken dependency; already logged */
};

#endif
