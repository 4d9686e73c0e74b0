using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control;

/// <summary>
/// The configuration in force, as a file that a successor of this process carries on with. A change is staged in a second file before its
/// tables are published, and takes the place of the first one afterwards. Which of the two is in force is nobody's guess in between: the
/// published tables bear the digest of what they were built from (<see cref="Exchange.SnapshotHeader.ConfigurationDigest"/>), so the one
/// store that publishes them changes both.
/// </summary>
/// <param name="path">The file; beside it stands <c>.next</c>, what is staged. Its folder is made.</param>
internal sealed class RunningCopy(string path)
{
    private readonly string _staged = path + ".next";
    private bool _isKept;

    /// <summary>The file.</summary>
    internal string FilePath => path;

    /// <summary>The digest of a configuration's text.</summary>
    /// <param name="json">What <see cref="GatewayConfiguration.ToJson"/> gives.</param>
    /// <returns>64 bits; 0 for none.</returns>
    internal static ulong DigestOf(string json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(json), hash);
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <summary>What to carry on with; what was staged and never in force is forgotten.</summary>
    /// <param name="inForce">The digest that the published tables bear; 0 = there are none.</param>
    /// <returns>The configuration, or why it is unusable; null when none was kept.</returns>
    internal ConfigurationResult? Load(ulong inForce)
    {
        try
        {
            if (File.Exists(_staged))
            {
                // What a process died over while it wrote is another text, and was never published.
                if (inForce != 0 && DigestOf(File.ReadAllText(_staged)) == inForce)
                {
                    File.Move(_staged, path, overwrite: true);
                }
                else
                {
                    File.Delete(_staged);
                }
            }

            return File.Exists(path) ? ConfigurationLoader.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ConfigurationResult(null, [new ConfigurationError(string.Empty, path, $"cannot be read: {e.Message}", "a readable JSON file")], []);
        }
    }

    /// <summary>Keeps a configuration that is in force, or is to be; nothing is staged then.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>Why it could not be kept; null when it is. Then nothing is kept rather than another one.</returns>
    internal string? Keep(GatewayConfiguration configuration)
    {
        string json = configuration.ToJson();
        _isKept = false;
        string? problem = Try(() =>
        {
            if (!File.Exists(path) || File.ReadAllText(path) != json)
            {
                string aside = path + ".new";
                File.WriteAllText(aside, json);
                File.Move(aside, path, overwrite: true);
            }

            File.Delete(_staged); // only now: until here it may have been the one in force
            _isKept = true;
        });
        if (problem is not null)
        {
            _ = Try(() => File.Delete(path));
        }

        return problem;
    }

    /// <summary>Writes what is about to be put into force; <see cref="Settle"/> or <see cref="Discard"/> must follow.</summary>
    /// <param name="running">The configuration in force.</param>
    /// <param name="next">The next one.</param>
    /// <returns>Why it could not be kept, and must not be put into force then; null when it is.</returns>
    internal string? Stage(GatewayConfiguration running, GatewayConfiguration next)
    {
        if (!_isKept && Keep(running) is { } problem)
        {
            return problem;
        }

        return Try(() => File.WriteAllText(_staged, next.ToJson()));
    }

    /// <summary>What was staged is in force.</summary>
    /// <returns>Why it stays where it is; null when it does not. A successor finds it there too.</returns>
    internal string? Settle()
    {
        _isKept = false;
        return Try(() =>
        {
            File.Move(_staged, path, overwrite: true);
            _isKept = true;
        });
    }

    /// <summary>What was staged was refused.</summary>
    internal void Discard() => _ = Try(() => File.Delete(_staged)); // one that stays has another digest than what is in force

    private string? Try(Action act)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            act();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
