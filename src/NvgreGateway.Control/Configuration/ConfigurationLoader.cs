using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// Reads configuration files. Whatever the input is, the answer is a result: a whole valid configuration, or every
/// error that was found (F-002, F-009).
/// </summary>
public static class ConfigurationLoader
{
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads and validates a file.</summary>
    /// <param name="path">Path of a UTF-8 JSON file; comments and trailing commas are allowed.</param>
    /// <returns>The configuration, or all errors; a file that cannot be read is an error of the result.</returns>
    public static ConfigurationResult Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!TryReadAll(file, out bytes))
            {
                return Unreadable(path, "is too large", string.Create(CultureInfo.InvariantCulture, $"a file of up to {ConfigurationLimits.FileBytes >> 20} MiB"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or System.Security.SecurityException)
        {
            return Unreadable(path, $"cannot be read: {e.Message}", "a readable JSON file");
        }

        return Parse(bytes);
    }

    /// <summary>Reads and validates text.</summary>
    /// <param name="json">JSON; comments and trailing commas are allowed.</param>
    /// <returns>The configuration, or all errors.</returns>
    public static ConfigurationResult Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Reads and validates UTF-8 text, with or without a byte order mark.</summary>
    /// <param name="utf8">JSON; comments and trailing commas are allowed.</param>
    /// <returns>The configuration, or all errors.</returns>
    public static ConfigurationResult Parse(ReadOnlyMemory<byte> utf8)
    {
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        if (utf8.Span.StartsWith(mark))
        {
            utf8 = utf8[mark.Length..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            return Refused([new ConfigurationError(string.Empty, "the file", "is not UTF-8 text", "a JSON file in UTF-8")]);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
        }
        catch (JsonException e)
        {
            return Refused([SyntaxError(e, utf8.Span)]);
        }

        using (document)
        {
            return Bind(document.RootElement);
        }
    }

    /// <summary>Writes a configuration as the loader reads it, every default written out.</summary>
    internal static string ToJson(GatewayConfiguration configuration, bool indented) =>
        JsonOutput.Write(writer => Definitions.Gateway.Write(writer, configuration), indented);

    private static ConfigurationResult Bind(JsonElement root)
    {
        ReadContext context = new();
        GatewayConfiguration draft = Definitions.Gateway.Read(root, JsonPath.Root, context);
        ValueList<ConfigurationWarning> warnings = [];
        if (context.Known(JsonPath.Root))
        {
            warnings = new ConfigurationValidator(draft, context).Run();
        }

        return context.Errors.Count > 0
            ? Refused([.. context.Errors])
            : new ConfigurationResult(VlanRanges.Expand(draft), [], warnings);
    }

    private static ConfigurationResult Refused(ValueList<ConfigurationError> errors) => new(null, errors, []);

    private static ConfigurationResult Unreadable(string path, string problem, string allowed) =>
        Refused([new ConfigurationError(string.Empty, path, problem, allowed)]);

    /// <summary>Reads to the end rather than to the length, which pipes do not have.</summary>
    private static bool TryReadAll(FileStream file, out byte[] bytes)
    {
        if (file.CanSeek && file.Length > ConfigurationLimits.FileBytes)
        {
            bytes = [];
            return false;
        }

        using MemoryStream content = new();
        byte[] piece = new byte[64 << 10];
        int count;
        while ((count = file.Read(piece)) > 0 && content.Length + count <= ConfigurationLimits.FileBytes)
        {
            content.Write(piece, 0, count);
        }

        bytes = content.ToArray();
        return count == 0;
    }

    private static ConfigurationError SyntaxError(JsonException error, ReadOnlySpan<byte> utf8)
    {
        long line = error.LineNumber.GetValueOrDefault(), column = error.BytePositionInLine.GetValueOrDefault();
        int place = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string problem = place < 0 ? error.Message : error.Message[..place];
        return new ConfigurationError(string.Empty, Near(utf8, line, column), $"is not JSON: {ReadContext.OneLine(problem.TrimEnd('.'))}", "JSON, with comments and trailing commas if wanted")
        {
            Line = line + 1,
            Column = column + 1,
        };
    }

    /// <summary>The text at the place of an error, to the end of its line.</summary>
    private static string Near(ReadOnlySpan<byte> utf8, long line, long column)
    {
        ReadOnlySpan<byte> rest = utf8;
        for (long i = 0; i < line; i++)
        {
            int end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            rest = rest[(end + 1)..];
        }

        rest = rest[(int)Math.Min(column, rest.Length)..];
        int length = rest.IndexOf((byte)'\n');
        string text = ReadContext.Show(Encoding.UTF8.GetString(length < 0 ? rest : rest[..length])).Trim();
        return text.Length == 0 ? "end of the line" : text;
    }
}
