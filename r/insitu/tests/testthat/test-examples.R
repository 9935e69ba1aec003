# The examples of all help pages run, in an empty folder.

rd_folder <- function() {
  for (folder in c(file.path("..", "..", "man"), file.path("r", "insitu", "man"))) if (dir.exists(folder))
      return(normalizePath(folder))
  testthat::skip("the sources of the help pages are not there")
}

test_that("every example runs", {
  pages <- list.files(rd_folder(), "[.]Rd$", full.names = TRUE)
  ran <- character()
  folder <- tempfile("examples")
  dir.create(folder)
  before <- setwd(folder)
  on.exit(setwd(before))
  for (page in pages) {
    code <- utils::capture.output(tools::Rd2ex(page))
    if (!length(code)) next
    name <- sub("[.]Rd$", "", basename(page))
    ran <- c(ran, name)
    said <- tryCatch({
      printed <- utils::capture.output(source(textConnection(code), new.env(), echo = TRUE))
      if (length(printed)) "" else "nothing is printed"
    }, error = conditionMessage)
    expect_identical(said, "", info = name)
  }
  expect_gt(length(ran), 25L)
})
