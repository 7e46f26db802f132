#include "store/object_key.h"

#include "base/cleanup.h"
#include "store/array_param.h"

void params_object_keys(struct params *params, const struct object_key keys[], size_t count) {
    CLEANUP(text_clear) struct text accounts = {0};
    CLEANUP(text_clear) struct text ids = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&accounts, keys[i].account_id);
        array_append_uuid(&ids, &keys[i].id);
    }
    params_array(params, &accounts);
    params_array(params, &ids);
}
