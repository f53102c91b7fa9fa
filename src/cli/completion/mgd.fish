# Completion of mgd for fish. mgd itself knows what can come next.
function __mgd_complete
    set --local words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    $words[1] __complete $words[2..-1] 2>/dev/null
end
complete --command mgd --arguments '(__mgd_complete)'
