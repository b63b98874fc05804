<?php
// Verifies an access token of Sallyport. Needs only PHP 8.1 or newer with openssl.

$issuer = getenv('SALLYPORT_ISSUER') ?: 'http://127.0.0.1:3000'; // exactly the ISSUER of the service
$keysUrl = getenv('SALLYPORT_KEYS') ?: "$issuer/.well-known/jwks.json";

final class Refused extends Exception {}

/** Returns the claims of a token that is for this area and has this scope. Throws Refused for any other token. */
function verify_token(string $token, string $area, string $scope): array
{
    global $issuer;
    $parts = explode('.', $token);
    if (count($parts) !== 3) throw new Refused('it is not a token');
    [$header, $claims] = array_map(fn ($part) => json_decode(bytes($part), true), [$parts[0], $parts[1]]);
    if (!is_array($header) || !is_array($claims)) throw new Refused('it is not a token');
    if (($header['alg'] ?? '') !== 'ES256') throw new Refused('it is not signed by ES256');
    if (($header['typ'] ?? '') !== 'at+jwt') throw new Refused('it is not an access token');

    $key = key_named($header['kid'] ?? '');
    if (openssl_verify("$parts[0].$parts[1]", der(bytes($parts[2])), $key, OPENSSL_ALGO_SHA256) !== 1)
        throw new Refused('the signature is wrong');

    if (($claims['iss'] ?? '') !== $issuer) throw new Refused('another service issued it');
    if (($claims['aud'] ?? '') !== "$issuer/areas/$area") throw new Refused('it is for another area');
    if (!is_int($claims['exp'] ?? null) || $claims['exp'] <= time()) throw new Refused('it has expired');
    if (!is_string($claims['sub'] ?? null) || !is_string($claims['acr'] ?? null)) throw new Refused('a claim is missing');
    if (!in_array($scope, explode(' ', $claims['scope'] ?? ''), true)) throw new Refused("the scope $scope is missing");
    return $claims;
}

/** Keeps the keys in a file for five minutes. Reads them again for an unknown kid, at most every 30 seconds. */
function key_named(string $kid): string
{
    global $keysUrl;
    $file = getenv('SALLYPORT_KEYS_FILE') ?: sys_get_temp_dir() . '/sallyport-keys-' . posix_getuid() . '.json';
    $age = is_file($file) ? time() - filemtime($file) : PHP_INT_MAX;
    $known = $age < 300 ? json_decode(file_get_contents($file), true) : [];
    if (!isset($known[$kid]) && $age >= 30) {
        $read = file_get_contents($keysUrl, false, stream_context_create(['http' => ['timeout' => 5]]));
        $known = array_column(json_decode($read ?: '', true)['keys'] ?? [], null, 'kid');
        file_put_contents("$file.new", json_encode($known));
        chmod("$file.new", 0600);
        rename("$file.new", $file);
    }
    if (!isset($known[$kid])) throw new Refused('no key of Sallyport signed it');
    // RFC 5480: the header of an uncompressed P-256 key, then the point.
    $info = hex2bin('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
    $point = bytes($known[$kid]['x']) . bytes($known[$kid]['y']);
    return "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($info . $point), 64, "\n") . "-----END PUBLIC KEY-----\n";
}

function bytes(string $base64url): string
{
    return base64_decode(strtr($base64url, '-_', '+/'), true) ?: '';
}

/** OpenSSL needs the two numbers of a signature as DER. A JWT has them side by side (RFC 7518 3.4). */
function der(string $signature): string
{
    if (strlen($signature) !== 64) throw new Refused('the signature is wrong');
    $numbers = '';
    foreach (str_split($signature, 32) as $number) {
        $number = ltrim($number, "\0");
        if ($number === '' || ord($number[0]) >= 0x80) $number = "\0$number";
        $numbers .= "\x02" . chr(strlen($number)) . $number;
    }
    return "\x30" . chr(strlen($numbers)) . $numbers;
}

// Reads a token from standard input and prints its subject: php verify_token.php vendor data:read <token.txt
if (realpath($argv[0] ?? '') === __FILE__) {
    try {
        echo verify_token(trim(stream_get_contents(STDIN)), $argv[1], $argv[2])['sub'], "\n";
    } catch (Refused $refused) {
        fwrite(STDERR, "Refused: {$refused->getMessage()}\n");
        exit(1);
    }
}
