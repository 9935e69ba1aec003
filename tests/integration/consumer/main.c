/* A program in C that asks the installed library: runs requests, reads replies, gets errors, cancels. */
#include <insitu/insitu.h>
#include <stdio.h>
#include <string.h>

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, void*);
  int (*get_next)(struct ArrowArrayStream*, void*);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

static int always(void* user) {
  ++*(int*)user;
  return 1;
}

#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) {                                           \
      fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, insitu_last_error()); \
      return 1;                                                   \
    }                                                             \
  } while (0)

int main(void) {
  CHECK(strlen(insitu_version()) >= 5);

  insitu_request* request = insitu_request_new("{\"op\": \"doctor\", \"reportProgress\": 0}");
  CHECK(request);
  insitu_reply* reply = insitu_run(request, NULL);
  CHECK(reply);
  CHECK(strstr(insitu_reply_document(reply), "RxLocalSeq"));
  CHECK(!insitu_run(request, NULL) && insitu_last_error_code() == INSITU_INVALID_ARGUMENT);
  insitu_reply_free(reply);
  insitu_request_free(request);

  request = insitu_request_new("{\"op\": \"data_step\", \"numRows\": 7, \"reportProgress\": 0}");
  reply = insitu_run(request, NULL);
  CHECK(reply && insitu_reply_frame_count(reply) == 1 && insitu_reply_array_count(reply) == 0);
  struct ArrowArrayStream stream;
  CHECK(insitu_reply_take_frame(reply, 0, &stream) == 0 && stream.release);
  CHECK(insitu_reply_take_frame(reply, 0, &stream) != 0);
  insitu_reply_free(reply);
  insitu_request_free(request);
  request = insitu_request_new("{\"op\": \"head\", \"data\": {\"type\": \"frame\", \"stream\": 0}, \"n\": 3}");
  CHECK(insitu_request_add_stream(request, &stream) == 0 && !stream.release);
  reply = insitu_run(request, NULL);
  CHECK(reply && strstr(insitu_reply_document(reply), "\"firstRow\":1"));
  CHECK(!insitu_reply_array(reply, 0, NULL, NULL));
  insitu_reply_free(reply);
  insitu_request_free(request);

  request = insitu_request_new("{\"op\": \"infp\"}");
  CHECK(!insitu_run(request, NULL));
  CHECK(strstr(insitu_last_error(), "did you mean info?") && insitu_last_error_code() == INSITU_INVALID_ARGUMENT);
  insitu_request_free(request);
  CHECK(!insitu_request_new(NULL) && insitu_last_error_code() == INSITU_INVALID_ARGUMENT);

  int polled = 0;
  insitu_callbacks callbacks = {0};
  callbacks.user = &polled;
  callbacks.interrupted = always;
  request = insitu_request_new("{\"op\": \"data_step\", \"numRows\": 100000000, \"maxRowsByCols\": 10, \"reportProgress\": 0}");
  CHECK(!insitu_run(request, &callbacks) && insitu_last_error_code() == INSITU_CANCELLED && polled > 0);
  insitu_request_free(request);
  puts("consumer: ok");
  return 0;
}
