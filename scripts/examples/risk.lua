-- How much to look at before a change goes out: see review.wf.
local weight = {files = 2, lines = 0.1, secrets = 100}

function risk(files, lines, secrets)
	return files * weight.files + lines * weight.lines +
		secrets * weight.secrets
end
