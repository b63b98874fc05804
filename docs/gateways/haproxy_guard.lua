-- Asks Sallyport before a request reaches the backend: http-request lua.ask area=vendor&scope=data:read
-- If Sallyport does not answer 200, the client gets its answer, and the backend gets nothing.

local question_headers = { "authorization", "x-mfa-token", "user-agent" }
local identity_headers = { "x-auth-subject", "x-auth-username", "x-auth-roles", "x-auth-scopes", "x-auth-mfa", "x-auth-acr" }
local refusal_headers = { "content-type", "www-authenticate", "retry-after", "cache-control" }

-- All values of a header, joined with commas. Sallyport refuses two values. Do not choose one of them here.
local function joined(headers, name)
  local values = {}
  for at = 0, #(headers[name] or {}) do
    if headers[name] and headers[name][at] then table.insert(values, headers[name][at]) end
  end
  return #values > 0 and table.concat(values, ", ") or nil
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status, body = body })
  for _, name in ipairs(refusal_headers) do
    local values = headers[name] or {}
    for at = 0, #values do
      if values[at] then reply:add_header(name, values[at]) end
    end
  end
  txn:done(reply)
end

local function unavailable(txn)
  local body = '{"type":"about:blank","title":"Service Unavailable","status":503}'
  refuse(txn, 503, { ["content-type"] = { [0] = "application/problem+json" } }, body)
end

core.register_action("ask", { "http-req" }, function(txn, rule)
  local received = txn.http:req_get_headers()
  local headers = { ["x-forwarded-for"] = { txn.f:src() } }
  for _, name in ipairs(question_headers) do
    local value = joined(received, name)
    if value then headers[name] = { value } end
  end

  local url = os.getenv("SALLYPORT_URL") .. "/auth/forward?" .. rule
  local answer = core.httpclient():get({ url = url, headers = headers, timeout = 5000 })
  if not answer or not answer.status or answer.status == 0 or answer.status >= 500 then
    return unavailable(txn)
  end
  if answer.status ~= 200 then
    return refuse(txn, answer.status, answer.headers, answer.body)
  end
  for _, name in ipairs(identity_headers) do
    txn.http:req_set_header(name, joined(answer.headers, name) or "")
  end
end, 1)
