using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NvgreGateway.EndToEnd.Tests.Report;

/// <summary>
/// Reads the <c>[Requirement]</c> attributes of built test assemblies from their metadata. Nothing is loaded or run, so
/// that an assembly with a missing dependency can be read too.
/// </summary>
internal static class RequirementScan
{
    /// <summary>The claims of every test project of the tree that is built, the shapes that test this scan apart.</summary>
    public static IReadOnlyList<RequirementClaim> OfTree(string root) => [.. TestAssemblies(root).SelectMany(OfAssembly)
        .Where(c => !c.Class.StartsWith(typeof(RequirementScan).Namespace + ".", StringComparison.Ordinal))];

    /// <summary>The built test assemblies of the tree, Release before Debug.</summary>
    public static IReadOnlyList<string> TestAssemblies(string root)
    {
        List<string> found = [];
        foreach (string project in Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(project), folder = Path.GetDirectoryName(project)!;
            string? built = new[] { "Release", "Debug" }
                .Select(c => Path.Combine(folder, "bin", c, "net10.0", name + ".dll"))
                .FirstOrDefault(File.Exists);
            if (built is not null)
            {
                found.Add(built);
            }
        }

        return found;
    }

    /// <summary>The claims of one assembly: every test method of a class or of its bases that carries ids itself or by its class.</summary>
    public static IReadOnlyList<RequirementClaim> OfAssembly(string path)
    {
        using PEReader file = new(File.OpenRead(path));
        MetadataReader reader = file.GetMetadataReader();
        List<RequirementClaim> claims = [];
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            string name = FullName(reader, handle);
            ImmutableArray<string> ofClass = [];
            List<(string Method, ImmutableArray<string> Ids)> methods = [];
            for (TypeDefinitionHandle? type = handle; type is not null; type = BaseOf(reader, type.Value))
            {
                TypeDefinition definition = reader.GetTypeDefinition(type.Value);
                ofClass = ofClass.AddRange(IdsOf(reader, definition.GetCustomAttributes()));
                foreach (MethodDefinitionHandle method in definition.GetMethods())
                {
                    MethodDefinition m = reader.GetMethodDefinition(method);
                    if (!IsTest(reader, m.GetCustomAttributes()))
                    {
                        continue;
                    }

                    methods.Add((reader.GetString(m.Name), IdsOf(reader, m.GetCustomAttributes())));
                }
            }

            foreach ((string method, ImmutableArray<string> ids) in methods)
            {
                ImmutableArray<string> all = ids.AddRange(ofClass);
                if (all.Length > 0)
                {
                    claims.Add(new RequirementClaim(name, method, [.. all.Distinct(StringComparer.Ordinal)]));
                }
            }
        }

        return claims;
    }

    private static bool IsTest(MetadataReader reader, CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle handle in attributes)
        {
            string name = AttributeName(reader, reader.GetCustomAttribute(handle));
            if (name.EndsWith("FactAttribute", StringComparison.Ordinal) || name.EndsWith("TheoryAttribute", StringComparison.Ordinal)
                || name == "PropertyAttribute")
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<string> IdsOf(MetadataReader reader, CustomAttributeHandleCollection attributes)
    {
        ImmutableArray<string> ids = [];
        foreach (CustomAttributeHandle handle in attributes)
        {
            CustomAttribute attribute = reader.GetCustomAttribute(handle);
            if (AttributeName(reader, attribute) != "RequirementAttribute")
            {
                continue;
            }

            // ECMA-335 II.23.3: prolog 0x0001, then the one argument, a string array: its length and the strings.
            BlobReader blob = reader.GetBlobReader(attribute.Value);
            if (blob.ReadUInt16() != 1)
            {
                throw new BadImageFormatException("custom attribute without its prolog");
            }

            int count = blob.ReadInt32();
            for (int i = 0; i < count; i++)
            {
                ids = ids.Add(blob.ReadSerializedString() ?? "");
            }
        }

        return ids;
    }

    private static string AttributeName(MetadataReader reader, CustomAttribute attribute)
    {
        switch (attribute.Constructor.Kind)
        {
            case HandleKind.MethodDefinition:
                MethodDefinition method = reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor);
                return reader.GetString(reader.GetTypeDefinition(method.GetDeclaringType()).Name);
            case HandleKind.MemberReference:
                EntityHandle parent = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
                return parent.Kind == HandleKind.TypeReference ? reader.GetString(reader.GetTypeReference((TypeReferenceHandle)parent).Name) : "";
            default:
                return "";
        }
    }

    private static TypeDefinitionHandle? BaseOf(MetadataReader reader, TypeDefinitionHandle type)
    {
        EntityHandle parent = reader.GetTypeDefinition(type).BaseType;
        return parent.Kind == HandleKind.TypeDefinition && !parent.IsNil ? (TypeDefinitionHandle)parent : null;
    }

    private static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        if (!outer.IsNil)
        {
            return FullName(reader, outer) + "+" + name;
        }

        string space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : space + "." + name;
    }
}
