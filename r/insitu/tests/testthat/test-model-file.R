# Models as bytes: what is read back prints, predicts and has the fields of what was written. Python and the command
# line read and write the same bytes: python/tests/test_model_file.py.

fields_of <- function(fit) {
  fields <- unclass(fit)
  attributes(fields) <- list(names = names(fields))
  fields$params <- NULL  # those of the call in R, those that the engine used once read back
  fields
}

test_that("a model comes back whole", {
  rows <- delays()
  fits <- list(rxLinMod(delay ~ day + count, rows, covCoef = TRUE, fweights = "count"),
      rxLinMod(delay ~ count - 1, rows),
      rxLinMod(delay ~ day:F(count), rows, cube = TRUE), rxLogit((delay > 10) ~ day, rows),
      rxGlm(count ~ day, rows, family = poisson, transforms = list(unused = delay + 1)))
  for (fit in fits) {
    bytes <- rxSerializeModel(fit)
    expect_type(bytes, "raw")
    again <- rxUnserializeModel(bytes)
    expect_s3_class(again, class(fit))
    expect_equal(fields_of(again), fields_of(fit), tolerance = 0, ignore_formula_env = TRUE)
    expect_identical(capture.output(print(again)), capture.output(print(fit)))
    expect_identical(capture.output(print(summary(again))), capture.output(print(summary(fit))))
    expect_identical(rxSerializeModel(again), bytes)
    expect_identical(rxSerializeModel(unserialize(serialize(fit, NULL))), bytes)
    expect_identical(rxPredict(again, rows), rxPredict(fit, rows))
    expect_identical(rxPredict(bytes, rows), rxPredict(fit, rows))
  }
  expect_identical(names(again$params$transforms[[1L]]), NULL)
  expect_false(is.null(again$params$transforms))
})

test_that("metadata go along, and predictions alone are smaller", {
  fit <- rxLinMod(delay ~ day, delays())
  mine <- serialize(list(1, "a"), NULL)
  found <- rxUnserializeModel(rxSerializeModel(fit, metadata = mine))
  expect_identical(found$metadata, mine)
  expect_identical(coef(found$model), coef(fit))
  small <- rxSerializeModel(fit, realtimeScoringOnly = TRUE)
  expect_lt(length(small), length(rxSerializeModel(fit)))
  expect_identical(rxPredict(small, delays()), rxPredict(fit, delays()))
  expect_error(rxUnserializeModel(small), "realtimeScoringOnly = TRUE and holds only what rxPredict needs")
})

test_that("what is no model is told", {
  expect_error(rxSerializeModel(list(1)), "rxSerializeModel: model must be a fitted model, not \"list\"")
  fit <- rxLinMod(delay ~ day, delays())
  expect_error(rxSerializeModel(fit, metadata = 1),
      "metadata must be a raw vector, as serialize\\(x, NULL\\) makes one, not 1")
  expect_error(rxUnserializeModel("text"),
      "serializedModel must be a raw vector, as rxSerializeModel returns it, not \"text\"")
  expect_error(rxUnserializeModel(raw(0)),
      "serializedModel holds no model file: give what rxSerializeModel has returned")
  bytes <- rxSerializeModel(fit)
  bytes[[length(bytes)]] <- xor(bytes[[length(bytes)]], as.raw(1))
  expect_error(rxUnserializeModel(bytes))
  function_of_r <- rxLinMod(delay ~ late, delays(), transformFunc = function(data) {
    data$late <- rev(data$count)
    data
  }, transformVars = "count")
  expect_error(rxSerializeModel(function_of_r), "fitted with transformFunc, a function that only its language can read")
})

test_that("models of others are refused", {
  other <- lm(mpg ~ wt, mtcars)
  for (call in list(quote(rxSerializeModel(other)), quote(rxExportModel(other)), quote(rxVif(other)),
      quote(rxPredict(other, mtcars))))
    expect_error(eval(call), "must be a fitted model, not \"lm\"", fixed = TRUE)
})
