/* What a score can be broken down by. The words are the same in SQL, in JSON and in queries. */
#ifndef DOMAIN_DIMENSION_H
#define DOMAIN_DIMENSION_H

enum dimension {
    DIMENSION_AGENT, /* each agent of a contact is credited with it */
    DIMENSION_TEAM,
    DIMENSION_CHANNEL,
    DIMENSION_REASON,
    DIMENSION_LANGUAGE,
    DIMENSION_SOURCE,
    DIMENSIONS,
};

/* "agent", "team", ... */
const char *dimension_name(enum dimension dimension);

#endif
