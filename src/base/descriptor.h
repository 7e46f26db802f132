#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

/* Closes it unless it is -1, which it is then; for CLEANUP. Leaves errno alone. */
void descriptor_close(int *descriptor);

#endif
